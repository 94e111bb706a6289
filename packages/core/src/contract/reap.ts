import assert from 'node:assert/strict'
import { recordEvents } from './event-recorder.ts'
import { drain, job, LONG_MS, PAST_SHORT_MS, retries, SHORT_MS, take, WORKER } from './sample-jobs.ts'
import type { QueueSuite } from './suite.ts'

export function reapSection({ describe, it }: QueueSuite): void {
  describe('reapExpiredLeases', () => {
    it('returns an event for each expired lease, once [REA-1]', async (store) => {
      const { queue, advance } = store
      await queue.enqueueMany([job('a', { retryPolicy: retries(1, LONG_MS) }), job('b')])
      await take(queue, { workerId: 'w1', leaseTtlMs: SHORT_MS })
      await take(queue, { workerId: 'w2', leaseTtlMs: SHORT_MS })
      await advance(PAST_SHORT_MS)
      const reaped = [...(await queue.reapExpiredLeases())].sort((x, y) => x.jobId.localeCompare(y.jobId))
      assert.deepEqual(await queue.reapExpiredLeases(), [])
      const [a, b] = reaped.map(({ at, retryAt, ...event }) => event)
      const common = { kind: 'leaseExpired', workflowId: 'run', attempt: 0 }
      assert.deepEqual(a, { ...common, jobId: 'a', workerId: 'w1', willRetry: true })
      assert.deepEqual(b, { ...common, jobId: 'b', workerId: 'w2', willRetry: false })
      assert.equal(reaped.length, 2)
      assert.equal(reaped[0]?.retryAt, (await queue.getJob('run', 'a'))?.availableAt)
      store.assertTime(reaped[0]?.retryAt, Number(reaped[0]?.at) + LONG_MS)
    })

    it('is called by many at once, and each lease is returned to one [REA-1]', async ({ queue, peer, advance }) => {
      const { queue: other } = await peer()
      const jobs = Array.from({ length: 20 }, (_, index) => job(`${index}`, { retryPolicy: retries(1) }))
      await queue.enqueueMany(jobs)
      await queue.claimMany({ ...WORKER, leaseTtlMs: SHORT_MS, limit: 20 })
      await advance(PAST_SHORT_MS)
      const reapers = Array.from({ length: 6 }, (_, index) => (index % 2 ? queue : other).reapExpiredLeases())
      const reaped = (await Promise.all(reapers)).flat()
      assert.deepEqual(reaped.map(({ jobId }) => jobId).sort(), jobs.map(({ jobId }) => jobId).sort())
      for (const { job: again, lease } of await queue.claimMany({ ...WORKER, limit: 20 })) {
        assert.equal(lease.attempt, 1, again.jobId)
      }
    })

    it('gives the job back for its next attempt [REA-2]', async ({ queue, advance }) => {
      await queue.enqueue(job('build', { retryPolicy: retries(1), payload: 'kept' }))
      await take(queue, { leaseTtlMs: SHORT_MS })
      await advance(PAST_SHORT_MS)
      await queue.reapExpiredLeases()
      const claimed = await take(queue)
      assert.deepEqual([claimed.lease.attempt, claimed.job.payload], [1, 'kept'])
    })

    it('waits out the backoff [REA-2]', async ({ queue, advance }) => {
      await queue.enqueueMany([
        job('later', { retryPolicy: retries(1, LONG_MS) }),
        job('soon', { retryPolicy: retries(1, SHORT_MS) }),
      ])
      await queue.claimMany({ ...WORKER, leaseTtlMs: SHORT_MS, limit: 2 })
      await advance(PAST_SHORT_MS)
      await queue.reapExpiredLeases()
      await advance(PAST_SHORT_MS)
      assert.deepEqual(await drain(queue), ['soon'])
      const record = await queue.getJob('run', 'later')
      assert.deepEqual([record?.state, record?.attempt], ['delayed', 1])
    })

    it('ends the job as failed where no retry is left [REA-2]', async (store) => {
      const { queue, advance } = store
      const events = await recordEvents(store)
      await queue.enqueue(job('build', { retryPolicy: retries(1) }))
      for (let attempt = 0; attempt < 2; attempt++) {
        await take(queue, { leaseTtlMs: SHORT_MS })
        await advance(PAST_SHORT_MS)
        assert.equal((await queue.reapExpiredLeases())[0]?.willRetry, attempt === 0)
      }
      const record = await queue.getJob('run', 'build')
      assert.deepEqual([record?.state, record?.attempt], ['failed', 1])
      assert.ok(record?.failure && record.failure.message.length > 0)
      assert.equal(await queue.claim(WORKER), null)
      await events.settle()
      const kinds = ['ready', 'started', 'leaseExpired', 'ready', 'started', 'leaseExpired', 'failed']
      assert.deepEqual(events.kindsOf('build'), kinds)
    })

    it('loses no job however often leases expire [REA-2]', async ({ queue, advance }) => {
      const jobIds = Array.from({ length: 30 }, (_, index) => `${index}`)
      await queue.enqueueMany(jobIds.map((jobId) => job(jobId, { retryPolicy: retries(3) })))
      for (let round = 0; round < 3; round++) {
        assert.equal((await queue.claimMany({ ...WORKER, leaseTtlMs: SHORT_MS, limit: 30 })).length, 30)
        await advance(PAST_SHORT_MS)
        assert.equal((await queue.reapExpiredLeases()).length, 30)
      }
      assert.deepEqual((await drain(queue)).sort(), jobIds.sort())
    })

    it('leaves a live lease alone [REA-3]', async ({ queue, advance }) => {
      await queue.enqueueMany([job('live'), job('renewed')])
      const { lease: live } = await take(queue)
      const { lease: renewed } = await take(queue)
      await queue.renewLease(renewed.leaseId, LONG_MS)
      await advance(PAST_SHORT_MS)
      assert.deepEqual(await queue.reapExpiredLeases(), [])
      await queue.complete(live.leaseId, {})
      await queue.complete(renewed.leaseId, {})
    })

    it('leaves a job alone that was settled or claimed again [REA-3]', async ({ queue, advance }) => {
      await queue.enqueueMany([job('completed'), job('failed', { retryPolicy: retries(1) }), job('released')])
      const short = { leaseTtlMs: 2000 }
      await queue.complete((await take(queue, short)).lease.leaseId, {})
      await queue.fail((await take(queue, short)).lease.leaseId, { message: 'broken' }, { retryable: true })
      await queue.release((await take(queue, short)).lease.leaseId)
      const again = await queue.claimMany({ ...WORKER, limit: 2 })
      await advance(2100)
      assert.deepEqual(await queue.reapExpiredLeases(), [])
      assert.equal(again.length, 2)
      for (const { lease } of again) await queue.complete(lease.leaseId, {})
    })

    it('leaves a job alone that was reaped and claimed again [REA-3]', async ({ queue, peer, advance }) => {
      const { queue: other } = await peer()
      await queue.enqueue(job('build', { retryPolicy: retries(1) }))
      await take(queue, { leaseTtlMs: SHORT_MS })
      await advance(PAST_SHORT_MS)
      await queue.reapExpiredLeases()
      const { lease } = await take(queue)
      assert.deepEqual(await other.reapExpiredLeases(), [])
      await other.complete(lease.leaseId, {})
    })
  })
}
