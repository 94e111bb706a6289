import assert from 'node:assert/strict'
import type { JobQueue } from '../job-queue.ts'
import { job, LONG_MS, PAST_SHORT_MS, SHORT_MS, take, WORKER, withCode } from './sample-jobs.ts'
import type { QueueSuite } from './suite.ts'

const DAY_MS = 24 * 3_600_000

export function clockSection({ describe, it }: QueueSuite): void {
  describe('time', () => {
    it("is the store's where the clock of a worker is ahead [LSE-3]", async ({ queue, clock, assertTime }) => {
      await queue.enqueue(job('control'))
      const control = await take(queue)
      await queue.enqueueMany([job('build'), job('later', { delayMs: LONG_MS })])
      await withWrongClock(queue, clock, DAY_MS, async () => {
        const { lease } = await take(queue)
        assertTime(lease.expiresAt, control.lease.expiresAt)
        assertTime((await queue.renewLease(lease.leaseId, LONG_MS)).expiresAt, control.lease.expiresAt)
        assert.equal(await queue.claim(WORKER), null)
        await queue.complete(lease.leaseId, {})
      })
    })

    it("is the store's where the clock of a worker is behind [LSE-3]", async ({ queue, clock, advance }) => {
      await queue.enqueue(job('build'))
      await withWrongClock(queue, clock, -DAY_MS, async () => {
        const { lease } = await take(queue, { leaseTtlMs: SHORT_MS })
        await advance(PAST_SHORT_MS)
        await assert.rejects(queue.renewLease(lease.leaseId, LONG_MS), withCode('LEASE_EXPIRED'))
        await assert.rejects(queue.complete(lease.leaseId, {}), withCode('LEASE_EXPIRED'))
      })
    })

    it("is the store's where the clock of a producer is wrong [LSE-3]", async ({ queue, clock, advance }) => {
      await withWrongClock(queue, clock, DAY_MS, () => queue.enqueue(job('soon', { delayMs: SHORT_MS })))
      await withWrongClock(queue, clock, -DAY_MS, () => queue.enqueue(job('later', { delayMs: LONG_MS })))
      await advance(PAST_SHORT_MS)
      assert.equal((await take(queue)).job.jobId, 'soon')
      assert.equal(await queue.claim(WORKER), null)
    })

    it("is the store's where the clock of a reaper is wrong [LSE-3]", async ({ queue, clock, advance }) => {
      await queue.enqueueMany([job('live'), job('dead')])
      await take(queue)
      await take(queue, { leaseTtlMs: SHORT_MS })
      await advance(PAST_SHORT_MS)
      const reaped = await withWrongClock(queue, clock, -DAY_MS, () => queue.reapExpiredLeases())
      assert.deepEqual(
        reaped.map(({ jobId }) => jobId),
        ['dead'],
      )
      assert.deepEqual(await withWrongClock(queue, clock, DAY_MS, () => queue.reapExpiredLeases()), [])
    })

    it("is the store's where the clock of who purges is wrong [LSE-3]", async ({ queue, clock }) => {
      await queue.enqueue(job('build'))
      await queue.cancel('run', 'build')
      assert.equal(await withWrongClock(queue, clock, DAY_MS, () => queue.purge(LONG_MS)), 0)
    })
  })
}

/** Sets this process's clock wrong during the calls, unless it is the store's own: that of a store in this process, which is not set by hand. */
async function withWrongClock<Value>(
  queue: JobQueue,
  clock: 'manual' | 'real',
  offsetMs: number,
  calls: () => Promise<Value>,
): Promise<Value> {
  if (clock === 'real' && !queue.capabilities.multiProcess) return calls()
  const { now } = Date
  Date.now = () => now() + offsetMs
  try {
    return await calls()
  } finally {
    Date.now = now
  }
}
