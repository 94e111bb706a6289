import assert from 'node:assert/strict'
import { job, LONG_MS, PAST_SHORT_MS, retries, SHORT_MS, take, WORKER, withCode } from './sample-jobs.ts'
import { SETTLING_CALLS } from './settling-calls.ts'
import type { QueueSuite } from './suite.ts'

export function leaseSection({ describe, it }: QueueSuite): void {
  describe('renewLease', () => {
    it('renews a live lease to now plus the extension [LSE-1]', async ({ queue, advance, assertTime }) => {
      await queue.enqueue(job('build'))
      const { lease } = await take(queue, { leaseTtlMs: LONG_MS })
      await advance(SHORT_MS)
      const renewed = await queue.renewLease(lease.leaseId, 2 * LONG_MS)
      assertTime(renewed.expiresAt, lease.expiresAt + LONG_MS + SHORT_MS)
      const { expiresAt, ...rest } = renewed
      assert.deepEqual(rest, {
        leaseId: lease.leaseId,
        workflowId: 'run',
        jobId: 'build',
        workerId: 'w1',
        attempt: 0,
        ttlMs: 2 * LONG_MS,
      })
      assert.equal((await queue.getJob('run', 'build'))?.leaseExpiresAt, expiresAt)
    })

    it('keeps a lease alive beyond its first term [LSE-1]', async ({ queue, peer, advance }) => {
      const { queue: other } = await peer()
      await queue.enqueue(job('build'))
      const { lease } = await take(queue, { leaseTtlMs: 2000 })
      await other.renewLease(lease.leaseId, LONG_MS)
      await advance(2100)
      assert.deepEqual(await queue.reapExpiredLeases(), [])
      await queue.complete(lease.leaseId, {})
    })

    it('may bring the end nearer [LSE-1]', async ({ queue, advance }) => {
      await queue.enqueue(job('build'))
      const { lease } = await take(queue)
      await queue.renewLease(lease.leaseId, SHORT_MS)
      await advance(PAST_SHORT_MS)
      await assert.rejects(queue.complete(lease.leaseId, {}), withCode('LEASE_EXPIRED'))
    })

    it('refuses a lease that has expired [LSE-1]', async ({ queue, advance }) => {
      await queue.enqueue(job('build'))
      const { lease } = await take(queue, { leaseTtlMs: SHORT_MS })
      await advance(PAST_SHORT_MS)
      await assert.rejects(queue.renewLease(lease.leaseId, LONG_MS), withCode('LEASE_EXPIRED'))
    })

    it('refuses a lease that expires this very millisecond [LSE-1]', async ({ queue, advance }) => {
      await queue.enqueue(job('build'))
      const { lease } = await take(queue, { leaseTtlMs: SHORT_MS })
      await advance(SHORT_MS)
      await assert.rejects(queue.renewLease(lease.leaseId, LONG_MS), withCode('LEASE_EXPIRED'))
    })

    it('refuses a lease that has expired and was reaped [LSE-1]', async ({ queue, advance }) => {
      await queue.enqueue(job('build', { retryPolicy: retries(1) }))
      const { lease } = await take(queue, { leaseTtlMs: SHORT_MS })
      await advance(PAST_SHORT_MS)
      await queue.reapExpiredLeases()
      await assert.rejects(queue.renewLease(lease.leaseId, LONG_MS), withCode('LEASE_EXPIRED'))
    })

    it('refuses a settled lease [LSE-2]', async ({ queue }) => {
      for (const [name, settle] of Object.entries(SETTLING_CALLS)) {
        await queue.enqueue(job(name, { priority: 1 }))
        const { lease } = await take(queue)
        await settle(queue, lease.leaseId)
        await assert.rejects(queue.renewLease(lease.leaseId, LONG_MS), withCode('LEASE_EXPIRED'), name)
        if (name === 'release') await queue.cancel('run', name)
      }
    })

    it('refuses the lease of an earlier claim [LSE-2]', async ({ queue, advance }) => {
      await queue.enqueue(job('build', { retryPolicy: retries(1) }))
      const { lease: earlier } = await take(queue, { leaseTtlMs: SHORT_MS })
      await advance(PAST_SHORT_MS)
      await queue.reapExpiredLeases()
      const { lease } = await take(queue)
      await assert.rejects(queue.renewLease(earlier.leaseId, LONG_MS), withCode('LEASE_EXPIRED'))
      assert.equal((await queue.getJob('run', 'build'))?.leaseExpiresAt, lease.expiresAt)
    })

    it('knows the oldest of the latest hundred leases of a job [LSE-2]', async ({ queue }) => {
      await queue.enqueue(job('build'))
      const leaseIds: string[] = []
      while (leaseIds.length < 100) {
        const { lease } = await take(queue)
        await queue.release(lease.leaseId)
        leaseIds.push(lease.leaseId)
      }
      await assert.rejects(queue.renewLease(leaseIds[0] as string, LONG_MS), withCode('LEASE_EXPIRED'))
    })

    it('does not know a lease that no claim gave [LSE-2]', async ({ queue }) => {
      await assert.rejects(queue.renewLease('no-such-lease', LONG_MS), withCode('LEASE_NOT_FOUND'))
    })
  })

  for (const [name, settle] of Object.entries(SETTLING_CALLS)) {
    describe(name, () => {
      it('refuses an expired lease and changes nothing [LSE-2]', async ({ queue, advance }) => {
        await queue.enqueue(job('build', { retryPolicy: retries(1) }))
        const { lease } = await take(queue, { leaseTtlMs: SHORT_MS })
        await advance(PAST_SHORT_MS)
        const before = await queue.getJob('run', 'build')
        await assert.rejects(settle(queue, lease.leaseId), withCode('LEASE_EXPIRED'))
        assert.deepEqual(await queue.getJob('run', 'build'), before)
        assert.equal((await queue.reapExpiredLeases()).length, 1)
        assert.equal((await take(queue)).lease.attempt, 1)
      })

      it('refuses the lease of an earlier claim and changes nothing [LSE-2]', async ({ queue, advance }) => {
        await queue.enqueue(job('build', { retryPolicy: retries(1) }))
        const { lease: earlier } = await take(queue, { leaseTtlMs: SHORT_MS })
        await advance(PAST_SHORT_MS)
        await queue.reapExpiredLeases()
        const { lease } = await take(queue)
        const before = await queue.getJob('run', 'build')
        await assert.rejects(settle(queue, earlier.leaseId), withCode('LEASE_EXPIRED'))
        assert.deepEqual(await queue.getJob('run', 'build'), before)
        await queue.complete(lease.leaseId, {})
      })

      it('does not know a lease that no claim gave [LSE-2]', async ({ queue }) => {
        await assert.rejects(settle(queue, 'no-such-lease'), withCode('LEASE_NOT_FOUND'))
      })

      it('resolves as before when it is repeated [LSE-4]', async ({ queue, peer }) => {
        const { queue: other } = await peer()
        await queue.enqueue(job('build', { retryPolicy: retries(3, LONG_MS) }))
        const { lease } = await take(queue)
        const first = await settle(queue, lease.leaseId)
        const record = await queue.getJob('run', 'build')
        assert.deepEqual(await settle(queue, lease.leaseId), first)
        assert.deepEqual(await settle(other, lease.leaseId), first)
        assert.deepEqual(await queue.getJob('run', 'build'), record)
      })

      it('takes effect once when it is called many times at once [LSE-4]', async ({ queue, peer }) => {
        const { queue: other } = await peer()
        await queue.enqueue(job('build', { retryPolicy: retries(9) }))
        const { lease } = await take(queue)
        const calls = Array.from({ length: 8 }, (_, index) => settle(index % 2 ? queue : other, lease.leaseId))
        const [first, ...others] = await Promise.all(calls)
        for (const result of others) assert.deepEqual(result, first)
        const { attempt } = (await queue.getJob('run', 'build')) ?? {}
        assert.equal(attempt, name === 'fail' ? 1 : 0)
      })

      it('refuses a lease that another call has settled [LSE-4]', async ({ queue }) => {
        for (const [otherName, settleOtherwise] of Object.entries(SETTLING_CALLS)) {
          if (otherName === name) continue
          await queue.enqueue(job(otherName, { priority: 1, retryPolicy: retries(1, LONG_MS) }))
          const { lease } = await take(queue)
          await settleOtherwise(queue, lease.leaseId)
          const record = await queue.getJob('run', otherName)
          await assert.rejects(settle(queue, lease.leaseId), withCode('LEASE_EXPIRED'), `after ${otherName}`)
          assert.deepEqual(await queue.getJob('run', otherName), record)
          await queue.cancel('run', otherName)
        }
      })
    })
  }

  describe('release', () => {
    it('hands the job back, claimable at once, without using an attempt [LSE-5]', async ({ queue, peer }) => {
      const { queue: other } = await peer()
      await queue.enqueue(job('build'))
      for (let claims = 0; claims < 3; claims++) {
        const { lease } = await take(queue)
        assert.equal(lease.attempt, 0)
        await other.release(lease.leaseId)
        assert.equal((await queue.getJob('run', 'build'))?.state, 'waiting')
      }
    })

    it('keeps what was used before it [LSE-5]', async ({ queue }) => {
      await queue.enqueue(job('build', { retryPolicy: retries(1) }))
      await queue.fail((await take(queue)).lease.leaseId, { message: 'broken' }, { retryable: true })
      await queue.release((await take(queue)).lease.leaseId)
      const { lease } = await take(queue)
      assert.equal(lease.attempt, 1)
      assert.deepEqual(await queue.fail(lease.leaseId, { message: 'broken' }, { retryable: true }), {
        willRetry: false,
      })
    })

    it('repeated does not take the job from its next worker [LSE-4]', async ({ queue }) => {
      await queue.enqueue(job('build'))
      const { lease: first } = await take(queue)
      await queue.release(first.leaseId)
      const { lease: second } = await take(queue)
      await queue.release(first.leaseId)
      assert.equal(await queue.claim(WORKER), null)
      await queue.complete(second.leaseId, {})
    })
  })
}
