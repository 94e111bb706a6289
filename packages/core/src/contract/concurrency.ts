import assert from 'node:assert/strict'
import type { JobSummary } from '../job.ts'
import type { JobQueue } from '../job-queue.ts'
import { type EventRecorder, recordEvents } from './event-recorder.ts'
import { violationsOf } from './history.ts'
import { job, LONG_MS, PAST_SHORT_MS, retries, SHORT_MS, WORKER } from './sample-jobs.ts'
import type { QueueSuite, TestStore } from './suite.ts'
import { Witness } from './witness.ts'

export function concurrencySection({ describe, it }: QueueSuite): void {
  describe('many clients at once', () => {
    it('share no job, and lose none [CLM-1]', async (store) => {
      const { handles, witness, events } = await begin(store)
      const jobs = range(120).map((index) =>
        job(`${index}`, { requiredLabels: [`pool-${index % 6}`], priority: index % 3, retryPolicy: retries(1) }),
      )
      await witness.enqueueMany(store.queue, jobs)
      const released = new Set<string>()
      const work = async (queue: JobQueue, worker: number) => {
        const labels = range(4).map((offset) => `pool-${(worker + offset) % 6}`)
        for (;;) {
          const claimed = await witness.claim(queue, { ...WORKER, workerId: `w${worker}`, labels })
          if (!claimed) return
          const { lease } = claimed
          const isReleased = Number(lease.jobId) % 5 === 0 && !released.has(lease.jobId)
          if (isReleased) released.add(lease.jobId)
          const isFailed = Number(lease.jobId) % 4 === 0 && lease.attempt === 0
          await witness.settle(queue, lease, isReleased ? 'release' : isFailed ? 'fail' : 'complete')
        }
      }
      // Each round ends when nobody finds a job; what was handed back meanwhile is for the next.
      for (let round = 0; round < 3; round++)
        await Promise.all(range(12).map((worker) => work(handles(worker), worker)))
      await expectNoViolation(store, witness, events)
    })

    it('who wait for jobs all get some while there are any [CLM-5]', async (store) => {
      const { handles, witness, events } = await begin(store)
      const controller = new AbortController()
      const options = { ...WORKER, waitMs: LONG_MS, signal: controller.signal }
      let completed = 0
      const allCompleted = Promise.withResolvers<void>()
      const work = async (queue: JobQueue) => {
        for (
          let claimed = await witness.claim(queue, options);
          claimed;
          claimed = await witness.claim(queue, options)
        ) {
          await witness.settle(queue, claimed.lease, 'complete')
          if (++completed === 80) allCompleted.resolve()
        }
      }
      const workers = range(8).map((worker) => work(handles(worker)))
      for (const index of range(80)) await witness.enqueue(handles(index), job(`${index}`))
      await store.soon('80 completed jobs', allCompleted.promise)
      controller.abort()
      await store.soon('the end of the waits', Promise.all(workers))
      await expectNoViolation(store, witness, events)
    })

    it('who enqueue the same jobs store each once [ENQ-2]', async (store) => {
      const { handles, witness, events } = await begin(store)
      const jobs = range(20).map((index) => job(`${index}`))
      await Promise.all([
        ...jobs.flatMap((each) => range(3).map((client) => witness.enqueue(handles(client), each))),
        witness.enqueueMany(handles(0), jobs),
        witness.enqueueMany(handles(1), [...jobs].reverse()),
      ])
      await completeAll(store.queue, witness)
      await expectNoViolation(store, witness, events)
    })

    it('who reap end each lease once and lose no job [REA-1]', async (store) => {
      const { handles, witness, events } = await begin(store)
      await witness.enqueueMany(
        store.queue,
        range(40).map((index) => job(`${index}`, { retryPolicy: retries(2) })),
      )
      for (let attempt = 0; attempt < 2; attempt++) {
        const claims = range(4).map((worker) =>
          witness.claimMany(handles(worker), { ...WORKER, leaseTtlMs: SHORT_MS, limit: 10 }),
        )
        for (const { lease } of (await Promise.all(claims)).flat()) witness.giveUp(lease)
        await store.advance(PAST_SHORT_MS)
        await Promise.all(range(6).map((reaper) => witness.reap(handles(reaper))))
      }
      await completeAll(store.queue, witness)
      await expectNoViolation(store, witness, events)
    })

    it('who reap do not touch what is claimed again meanwhile [REA-3]', async (store) => {
      const { handles, witness, events } = await begin(store)
      await witness.enqueueMany(
        store.queue,
        range(30).map((index) => job(`${index}`, { retryPolicy: retries(1) })),
      )
      const claimed = await witness.claimMany(store.queue, { ...WORKER, leaseTtlMs: SHORT_MS, limit: 30 })
      for (const { lease } of claimed) witness.giveUp(lease)
      await store.advance(PAST_SHORT_MS)
      const reapAndWork = range(8).map(async (client) => {
        const queue = handles(client)
        await witness.reap(queue)
        for (let each = await witness.claim(queue, WORKER); each; each = await witness.claim(queue, WORKER)) {
          await witness.reap(queue)
          assert.ok(await witness.settle(queue, each.lease, 'complete'), 'a live lease was lost')
        }
      })
      const late = claimed.map(({ lease }, index) => witness.settle(handles(index), lease, 'complete'))
      await Promise.all([...reapAndWork, ...late])
      assert.ok(
        (await Promise.all(late)).every((tookEffect) => !tookEffect),
        'a late complete took effect',
      )
      await completeAll(store.queue, witness)
      await expectNoViolation(store, witness, events)
    })

    it('who cancel and settle the same jobs agree on who was first [CAN-3]', async (store) => {
      const { handles, witness, events } = await begin(store)
      await witness.enqueueMany(
        store.queue,
        range(60).map((index) => job(`${index}`, { retryPolicy: retries(1) })),
      )
      const claimed = await witness.claimMany(store.queue, { ...WORKER, limit: 60 })
      const races = claimed.map(({ lease }, index) => {
        const settle = () => witness.settle(handles(index), lease, index % 3 ? 'complete' : 'fail')
        const cancel = () => witness.cancel(handles(index + 1), 'run', lease.jobId)
        return Promise.all(index % 2 ? [settle(), cancel()] : [cancel(), settle()])
      })
      await Promise.all(races)
      await completeAll(store.queue, witness)
      await expectNoViolation(store, witness, events)
    })

    it('who cancel and claim the same jobs agree on who was first [CAN-1]', async (store) => {
      const { handles, witness, events } = await begin(store)
      await witness.enqueueMany(
        store.queue,
        range(60).map((index) => job(`${index}`)),
      )
      await Promise.all([
        ...range(6).map((worker) => completeAll(handles(worker), witness)),
        ...range(60).map((index) => witness.cancel(handles(index), 'run', `${59 - index}`)),
      ])
      await completeAll(store.queue, witness)
      await expectNoViolation(store, witness, events)
    })

    it('who enqueue while the workflow is cancelled leave no job behind [ENQ-3]', async (store) => {
      const { handles } = await begin(store)
      for (const round of range(8)) {
        const jobs = range(12).map((index) => job(`${index}`, { workflowId: `run-${round}` }))
        const enqueue = (each: (typeof jobs)[number], index: number) =>
          handles(index)
            .enqueue(each)
            .catch(() => null)
        await Promise.all([
          ...jobs.slice(0, 4).map(enqueue),
          handles(round).cancelWorkflow(`run-${round}`),
          ...jobs.slice(4, 8).map(enqueue),
          handles(0).enqueueMany(jobs.slice(8)),
        ])
        const { jobs: listed } = await store.queue.listJobs(`run-${round}`)
        assert.deepEqual(
          [...new Set(listed.map(({ state }) => state))].filter((state) => state !== 'cancelled'),
          [],
        )
      }
      assert.equal(await store.queue.claim(WORKER), null)
    })
  })
}

type QueueStore = TestStore<{ readonly queue: JobQueue }>

async function begin(store: QueueStore) {
  const all = [store.queue, (await store.peer()).queue, (await store.peer()).queue]
  return {
    /** The handle of a client, of which several share one. */
    handles: (client: number) => all[client % all.length] as JobQueue,
    witness: new Witness(),
    events: await recordEvents(store),
  }
}

async function completeAll(queue: JobQueue, witness: Witness): Promise<void> {
  for (let claimed = await witness.claim(queue, WORKER); claimed; claimed = await witness.claim(queue, WORKER)) {
    await witness.settle(queue, claimed.lease, 'complete')
  }
}

async function expectNoViolation({ queue }: QueueStore, witness: Witness, events: EventRecorder): Promise<void> {
  await events.settle()
  const jobs: JobSummary[] = []
  let page = await queue.listJobs('run', { limit: 1000 })
  jobs.push(...page.jobs)
  for (let pages = 1; page.nextCursor !== undefined; pages++) {
    assert.ok(pages < 100, 'the pages do not end')
    page = await queue.listJobs('run', { limit: 1000, cursor: page.nextCursor })
    jobs.push(...page.jobs)
  }
  const ofRun = events.events.filter((event) => event.kind === 'gap' || event.workflowId === 'run')
  assert.deepEqual(violationsOf({ observations: witness.observations, events: ofRun, jobs }), [])
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}
