import assert from 'node:assert/strict'
import { recordEvents } from './event-recorder.ts'
import { drain, job, LONG_MS, PAST_SHORT_MS, retries, SHORT_MS, take, WORKER, withCode } from './sample-jobs.ts'
import { SETTLING_CALLS } from './settling-calls.ts'
import type { QueueSuite } from './suite.ts'

const LEASE_CALLS = {
  ...SETTLING_CALLS,
  renewLease: (queue: Parameters<typeof SETTLING_CALLS.complete>[0], leaseId: string) =>
    queue.renewLease(leaseId, LONG_MS),
}

export function cancelSection({ describe, it }: QueueSuite): void {
  describe('cancel', () => {
    it('ends a waiting job for good [CAN-1]', async ({ queue, peer }) => {
      const { queue: other } = await peer()
      await queue.enqueueMany([job('a'), job('build'), job('b')])
      assert.deepEqual(await other.cancel('run', 'build'), { status: 'cancelled', state: 'cancelled' })
      assert.equal((await queue.getJob('run', 'build'))?.state, 'cancelled')
      assert.deepEqual(await drain(queue), ['a', 'b'])
    })

    it('ends a delayed job for good [CAN-1]', async ({ queue, advance }) => {
      await queue.enqueueMany([
        job('build', { delayMs: SHORT_MS }),
        job('retried', { retryPolicy: retries(1, SHORT_MS) }),
      ])
      await queue.fail((await take(queue)).lease.leaseId, { message: 'broken' }, { retryable: true })
      for (const jobId of ['build', 'retried']) await queue.cancel('run', jobId)
      await advance(PAST_SHORT_MS)
      assert.equal(await queue.claim(WORKER), null)
    })

    for (const [name, call] of Object.entries(LEASE_CALLS)) {
      it(`revokes the lease, so that ${name} is refused [CAN-2]`, async ({ queue, peer }) => {
        const { queue: other } = await peer()
        await queue.enqueue(job('build', { retryPolicy: retries(3) }))
        const { lease } = await take(queue)
        assert.deepEqual(await other.cancel('run', 'build'), { status: 'cancelled', state: 'cancelled' })
        const before = await queue.getJob('run', 'build')
        for (let calls = 0; calls < 2; calls++) {
          await assert.rejects(call(queue, lease.leaseId), withCode('JOB_CANCELLED'))
        }
        assert.deepEqual(await queue.getJob('run', 'build'), before)
        assert.equal(before?.state, 'cancelled')
        assert.equal(await queue.claim(WORKER), null)
      })
    }

    it('revokes a lease that has expired [CAN-2]', async ({ queue, advance }) => {
      await queue.enqueue(job('build', { retryPolicy: retries(3) }))
      const { lease } = await take(queue, { leaseTtlMs: SHORT_MS })
      await advance(PAST_SHORT_MS)
      assert.equal((await queue.cancel('run', 'build')).status, 'cancelled')
      await assert.rejects(queue.complete(lease.leaseId, {}), withCode('JOB_CANCELLED'))
      assert.deepEqual(await queue.reapExpiredLeases(), [])
    })

    it('comes before the repetition of a call that took effect [CAN-2]', async ({ queue }) => {
      for (const name of ['fail', 'release'] as const) {
        await queue.enqueue(job(name, { retryPolicy: retries(3, LONG_MS) }))
        const { lease } = await take(queue)
        await SETTLING_CALLS[name](queue, lease.leaseId)
        await queue.cancel('run', name)
        await assert.rejects(SETTLING_CALLS[name](queue, lease.leaseId), withCode('JOB_CANCELLED'), name)
      }
    })

    it('lets no completed event through once it has resolved [CAN-3]', async (store) => {
      const { queue } = store
      const events = await recordEvents(store)
      await queue.enqueue(job('build'))
      const { lease } = await take(queue)
      await queue.cancel('run', 'build')
      await queue.complete(lease.leaseId, {}).catch(() => {})
      await queue.cancel('run', 'build')
      await events.settle()
      assert.deepEqual(events.kindsOf('build'), ['ready', 'started', 'cancelled'])
    })

    it('changes nothing of a finished job and says so [CAN-4]', async (store) => {
      const { queue } = store
      const events = await recordEvents(store)
      await queue.enqueueMany([job('completed'), job('failed'), job('cancelled')])
      await queue.complete((await take(queue)).lease.leaseId, {})
      await queue.fail((await take(queue)).lease.leaseId, { message: 'broken' }, { retryable: true })
      await queue.cancel('run', 'cancelled')
      for (const state of ['completed', 'failed', 'cancelled'] as const) {
        const before = await queue.getJob('run', state)
        assert.deepEqual(await queue.cancel('run', state), { status: 'alreadyFinished', state })
        assert.deepEqual(await queue.getJob('run', state), before)
      }
      await events.settle()
      assert.deepEqual(events.kindsOf('completed'), ['ready', 'started', 'completed'])
      assert.deepEqual(events.kindsOf('cancelled'), ['ready', 'cancelled'])
    })

    it('lets a worker repeat the call that finished the job [CAN-4]', async ({ queue }) => {
      await queue.enqueue(job('build'))
      const { lease } = await take(queue)
      await queue.complete(lease.leaseId, {})
      await queue.cancel('run', 'build')
      await queue.complete(lease.leaseId, {})
    })

    it('does not know a job that was never enqueued [CAN-4]', async ({ queue }) => {
      await queue.enqueue(job('build'))
      await assert.rejects(queue.cancel('run', 'test'), withCode('JOB_NOT_FOUND'))
      await assert.rejects(queue.cancel('other', 'build'), withCode('JOB_NOT_FOUND'))
    })
  })

  describe('cancelWorkflow', () => {
    it('cancels every unfinished job of the workflow [CAN-5]', async (store) => {
      const { queue } = store
      const { queue: other } = await store.peer()
      const events = await recordEvents(store)
      await queue.enqueueMany([job('done'), job('active')])
      await queue.complete((await take(queue)).lease.leaseId, {})
      const { lease } = await take(queue)
      await queue.enqueueMany([job('waiting'), job('delayed', { delayMs: LONG_MS })])
      assert.deepEqual(await other.cancelWorkflow('run'), { cancelled: 3 })
      const { jobs } = await queue.listJobs('run')
      const states = Object.fromEntries(jobs.map(({ jobId, state }) => [jobId, state]))
      assert.deepEqual(states, { done: 'completed', active: 'cancelled', waiting: 'cancelled', delayed: 'cancelled' })
      await assert.rejects(queue.complete(lease.leaseId, {}), withCode('JOB_CANCELLED'))
      assert.equal(await queue.claim(WORKER), null)
      await events.settle()
      assert.deepEqual(events.kindsOf('active'), ['ready', 'started', 'cancelled'])
      assert.deepEqual(events.kindsOf('waiting'), ['ready', 'cancelled'])
    })

    it('leaves another workflow with the same job ids untouched [CAN-5]', async ({ queue }) => {
      await queue.enqueueMany([job('build'), job('build', { workflowId: 'run~2' }), job('build', { workflowId: 'ru' })])
      await queue.cancelWorkflow('run')
      assert.equal((await queue.getJob('run~2', 'build'))?.state, 'waiting')
      assert.equal(await queue.isCancelled('run~2', 'build'), false)
      assert.deepEqual(await queue.enqueue(job('test', { workflowId: 'run~2' })), { status: 'enqueued' })
      assert.equal((await drain(queue)).length, 3)
    })

    it('does nothing more when it is repeated [CAN-5]', async ({ queue }) => {
      await queue.enqueue(job('build'))
      assert.deepEqual(await queue.cancelWorkflow('run'), { cancelled: 1 })
      assert.deepEqual(await queue.cancelWorkflow('run'), { cancelled: 0 })
    })

    it('cancels a workflow of many jobs [CAN-5]', async ({ queue }) => {
      await queue.enqueueMany(Array.from({ length: 2500 }, (_, index) => job(`${index}`)))
      await queue.claimMany({ ...WORKER, limit: 20 })
      assert.deepEqual(await queue.cancelWorkflow('run'), { cancelled: 2500 })
      assert.equal((await queue.stats()).byState.cancelled, 2500)
    })
  })

  describe('isCancelled', () => {
    it('is true for a cancelled job only [CAN-6]', async ({ queue, peer }) => {
      const { queue: other } = await peer()
      await queue.enqueueMany([job('build'), job('test')])
      await take(queue)
      await queue.cancel('run', 'build')
      assert.equal(await other.isCancelled('run', 'build'), true)
      assert.equal(await other.isCancelled('run', 'test'), false)
      assert.equal(await other.isCancelled('run', 'unknown'), false)
    })

    it('is true for every job of a cancelled workflow [CAN-6]', async ({ queue, peer }) => {
      const { queue: other } = await peer()
      await queue.enqueue(job('done'))
      await queue.complete((await take(queue)).lease.leaseId, {})
      await queue.cancelWorkflow('run')
      assert.equal(await other.isCancelled('run', 'done'), true)
      assert.equal(await other.isCancelled('run', 'unknown'), true)
      assert.equal(await other.isCancelled('other', 'done'), false)
    })
  })
}
