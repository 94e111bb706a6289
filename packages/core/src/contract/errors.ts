import assert from 'node:assert/strict'
import { QueueError } from '../errors.ts'
import type { ClaimedJob } from '../job.ts'
import type { JobQueue } from '../job-queue.ts'
import { recordEvents } from './event-recorder.ts'
import { EVERY_METHOD } from './every-method.ts'
import { job, LONG_MS, WORKER } from './sample-jobs.ts'
import type { QueueSuite } from './suite.ts'

export function errorsSection({ describe, it, faults }: QueueSuite): void {
  describe('errors', () => {
    for (const [name, calls] of Object.entries(NONSENSE)) {
      it(`of ${name} are QueueErrors, whatever it is given [ERR-1]`, async ({ queue }) => {
        for (const call of calls)
          await assert.rejects(
            promiseOf(() => call(queue)),
            isQueueError,
          )
      })
    }

    if (!faults) {
      it('come from no server, as the harness declares none: faults is null [ERR-1]', async ({ queue }) => {
        assert.equal(queue.capabilities.multiProcess, false, 'a store of many processes has a server that can be down')
      })
      return
    }

    for (const [name, call] of Object.entries(EVERY_METHOD)) {
      // A subscription may well resolve without its store, and then begins with a gap.
      if (name === 'subscribe') continue
      it(`of ${name} say in bounded time that the store is down, and why [ERR-1]`, async ({ queue, soon }) => {
        await faults.down()
        await assert.rejects(soon('an answer', call(queue)), isOutage).finally(() => faults.up())
      })
    }

    it('end by themselves when the store is back [ERR-1]', async ({ queue, soon }) => {
      await faults.down()
      await assert.rejects(queue.stats(), isOutage).finally(() => faults.up())
      await soon(
        'an enqueued job',
        untilAnswered(() => queue.enqueue(job('build'))),
      )
      const claimed = await soon('a claimed job', claimThrough(queue, undefined))
      await soon(
        'a completed job',
        untilAnswered(() => queue.complete(claimed.lease.leaseId, {})),
      )
    })

    it('do not lose a claim that waited before the store was down [ERR-1]', async ({ queue, soon }) => {
      const waiting = queue.claim({ ...WORKER, waitMs: LONG_MS })
      const claimed = claimThrough(queue, waiting)
      await faults.down()
      await faults.up()
      await soon(
        'an enqueued job',
        untilAnswered(() => queue.enqueue(job('build'))),
      )
      assert.equal((await soon('a claimed job', claimed)).job.jobId, 'build')
    })

    it('hide no event from those who subscribed before [EVT-3]', async (store) => {
      const events = await recordEvents(store)
      const ids = Array.from({ length: 20 }, (_, index) => `job-${index}`)
      // Some are stored when the store goes down, and their events are on their way.
      const enqueued = Promise.all(ids.map((id) => untilAnswered(() => store.queue.enqueue(job(id)))))
      await faults.down()
      await assert.rejects(store.queue.stats(), isOutage).finally(() => faults.up())
      await store.soon('jobs that are enqueued', enqueued)
      for (const id of ids) await events.nextOrGap('ready', id)
      await events.settle()
    })
  })
}

/** Calls that no type checker lets through. */
const NONSENSE: Record<string, ((queue: JobQueue) => Promise<unknown>)[]> = {
  enqueue: [undefined, null, 'build', {}, { ...job('build'), typo: 1 }].map(
    (argument) => (queue) => queue.enqueue(argument as never),
  ),
  enqueueMany: [(queue) => queue.enqueueMany(null as never)],
  claim: [undefined, null, {}, { ...WORKER, labels: 'gpu' }].map(
    (argument) => (queue) => queue.claim(argument as never),
  ),
  claimMany: [(queue) => queue.claimMany({ ...WORKER, limit: 'all' } as never)],
  renewLease: [undefined, null, 7, '', '\0', '../..', '{}'].map(
    (id) => (queue) => queue.renewLease(id as never, LONG_MS),
  ),
  complete: [undefined, null, 7, '', '\0', 'a:b:c:d'].map((id) => (queue) => queue.complete(id as never, {})),
  fail: [
    (queue) => queue.fail('lease', null as never, { retryable: true }),
    (queue) => queue.fail(7 as never, { message: 'broken' }, { retryable: true }),
  ],
  release: [undefined, null, 7, '', '\0', 'ü'.repeat(5000)].map((id) => (queue) => queue.release(id as never)),
  cancel: [(queue) => queue.cancel('', 'build'), (queue) => queue.cancel('run', undefined as never)],
  cancelWorkflow: [(queue) => queue.cancelWorkflow(''), (queue) => queue.cancelWorkflow({} as never)],
  isCancelled: [(queue) => queue.isCancelled('run', ''), (queue) => queue.isCancelled(null as never, 'build')],
  getJob: [(queue) => queue.getJob('run\0', 'build'), (queue) => queue.getJob(7 as never, 'build')],
  listJobs: [
    (queue) => queue.listJobs(''),
    (queue) => queue.listJobs('run', null as never),
    (queue) => queue.listJobs('run', { limit: 0 }),
    (queue) => queue.listJobs('run', { cursor: 'not a cursor' }),
  ],
  subscribe: [(queue) => queue.subscribe(null as never)],
  position: [(queue) => queue.position('run', '')],
  purge: [undefined, null, -1, 0.5, Number.NaN, '1'].map((age) => (queue) => queue.purge(age as never)),
}

function promiseOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return call()
  } catch (error) {
    assert.fail(`it threw before it returned a promise: ${error}`)
  }
}

function isQueueError(error: unknown): true {
  assert.ok(QueueError.is(error), `not a QueueError: ${error}`)
  return true
}

function isOutage(error: unknown): true {
  assert.ok(QueueError.is(error, 'BACKEND_UNAVAILABLE'), `not a BackendUnavailableError: ${error}`)
  assert.ok(error.cause, 'the error does not carry its cause')
  return true
}

/** Repeats a call for as long as it says that the store is down. */
async function untilAnswered<Value>(call: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!QueueError.is(error, 'BACKEND_UNAVAILABLE')) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** Claims a job, whatever becomes of the first claim while the store is down. */
async function claimThrough(queue: JobQueue, waiting: Promise<ClaimedJob | null> | undefined): Promise<ClaimedJob> {
  let claim = waiting
  for (;;) {
    const claimed = await untilAnswered(() => {
      const current = claim ?? queue.claim({ ...WORKER, waitMs: 1000 })
      claim = undefined
      return current
    })
    if (claimed) return claimed
  }
}
