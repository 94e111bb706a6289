import assert from 'node:assert/strict'
import { QueueError } from '../errors.ts'
import { job, LONG_MS, PAST_SHORT_MS, retries, SHORT_MS, take, WORKER, withCode } from './sample-jobs.ts'
import { SETTLING_CALLS } from './settling-calls.ts'
import type { QueueSuite } from './suite.ts'

export function purgeSection({ describe, it }: QueueSuite): void {
  describe('purge', () => {
    it('removes the jobs that ended long enough ago [PRG-1]', async ({ queue, peer, advance }) => {
      const { queue: other } = await peer()
      await queue.enqueueMany([job('completed'), job('failed'), job('cancelled')])
      await queue.complete((await take(queue)).lease.leaseId, { big: 'x'.repeat(1000) })
      await queue.fail((await take(queue)).lease.leaseId, { message: 'broken' }, { retryable: false })
      await queue.cancel('run', 'cancelled')
      await advance(PAST_SHORT_MS)
      assert.equal(await other.purge(SHORT_MS), 3)
      for (const jobId of ['completed', 'failed', 'cancelled'])
        assert.equal(await queue.getJob('run', jobId), null, jobId)
      assert.deepEqual((await queue.listJobs('run')).jobs, [])
      assert.deepEqual((await queue.stats()).byState, NONE)
      assert.equal(await queue.isCancelled('run', 'cancelled'), false)
      assert.equal(await queue.purge(SHORT_MS), 0)
    })

    it('keeps the jobs that ended later [PRG-1]', async ({ queue, advance }) => {
      await queue.enqueue(job('build'))
      await queue.complete((await take(queue)).lease.leaseId, {})
      await advance(PAST_SHORT_MS)
      assert.equal(await queue.purge(LONG_MS), 0)
      assert.equal((await queue.getJob('run', 'build'))?.state, 'completed')
    })

    it('keeps the jobs that have not ended, however old [PRG-1]', async ({ queue, advance }) => {
      await queue.enqueueMany([job('expired'), job('active'), job('retried', { retryPolicy: retries(1, LONG_MS) })])
      await take(queue, { leaseTtlMs: SHORT_MS })
      const { lease } = await take(queue)
      await queue.fail((await take(queue)).lease.leaseId, { message: 'broken' }, { retryable: true })
      await queue.enqueueMany([job('waiting'), job('delayed', { delayMs: LONG_MS })])
      await advance(PAST_SHORT_MS)
      assert.equal(await queue.purge(0), 0)
      assert.deepEqual((await queue.stats()).byState, { ...NONE, waiting: 1, delayed: 2, active: 2 })
      await queue.complete(lease.leaseId, {})
      assert.equal((await queue.reapExpiredLeases()).length, 1)
    })

    it('makes room for a job of the same name [PRG-1]', async ({ queue, advance }) => {
      await queue.enqueue(job('build'))
      const { lease: purged } = await take(queue)
      await queue.complete(purged.leaseId, { old: 'yes' })
      await advance(PAST_SHORT_MS)
      await queue.purge(SHORT_MS)
      assert.deepEqual(await queue.enqueue(job('build')), { status: 'enqueued' })
      const { lease } = await take(queue)
      for (const settle of Object.values(SETTLING_CALLS)) {
        await assert.rejects(settle(queue, purged.leaseId), isOver)
      }
      assert.equal((await queue.getJob('run', 'build'))?.outputs, undefined)
      await queue.complete(lease.leaseId, {})
    })

    it('removes many jobs [PRG-1]', async ({ queue, advance }) => {
      await queue.enqueueMany(Array.from({ length: 2500 }, (_, index) => job(`${index}`)))
      await queue.cancelWorkflow('run')
      await queue.enqueue(job('kept', { workflowId: 'other' }))
      await advance(PAST_SHORT_MS)
      assert.equal(await queue.purge(SHORT_MS), 2500)
      assert.deepEqual((await queue.stats()).byState, { ...NONE, waiting: 1 })
    })

    it('remembers a cancelled workflow while it is young [PRG-2]', async ({ queue, advance }) => {
      await queue.enqueue(job('build'))
      await queue.cancelWorkflow('run')
      await advance(PAST_SHORT_MS)
      await queue.purge(LONG_MS)
      await assert.rejects(queue.enqueue(job('test')), withCode('WORKFLOW_CANCELLED'))
      assert.equal(await queue.isCancelled('run', 'test'), true)
    })

    it('forgets a cancelled workflow that is old and has no jobs [PRG-2]', async ({ queue, advance }) => {
      await queue.enqueue(job('build'))
      await queue.cancelWorkflow('run')
      await queue.cancelWorkflow('empty')
      await advance(PAST_SHORT_MS)
      assert.equal(await queue.purge(SHORT_MS), 1)
      assert.equal(await queue.isCancelled('run', 'build'), false)
      assert.equal(await queue.isCancelled('empty', 'build'), false)
      assert.deepEqual(await queue.enqueue(job('build')), { status: 'enqueued' })
      assert.ok(await queue.claim(WORKER))
    })
  })
}

const NONE = { waiting: 0, delayed: 0, active: 0, completed: 0, failed: 0, cancelled: 0 }

function isOver(error: unknown): boolean {
  return QueueError.is(error, 'LEASE_NOT_FOUND') || QueueError.is(error, 'LEASE_EXPIRED')
}
