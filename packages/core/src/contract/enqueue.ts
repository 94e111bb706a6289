import assert from 'node:assert/strict'
import type { JobQueue } from '../job-queue.ts'
import { drain, job, LONG_MS, PAST_SHORT_MS, SHORT_MS, take, WORKER, withCode } from './sample-jobs.ts'
import type { QueueSuite } from './suite.ts'

export function enqueueSection({ describe, it }: QueueSuite): void {
  describe('enqueue', () => {
    it('makes a job claimable for every process as soon as it resolves [ENQ-1]', async ({ queue, peer }) => {
      const { queue: other } = await peer()
      assert.deepEqual(await queue.enqueue(job('build')), { status: 'enqueued' })
      assert.equal((await take(other)).job.jobId, 'build')
    })

    it('makes a delayed job claimable once its delay has passed [ENQ-1]', async ({ queue, peer, advance }) => {
      const { queue: other } = await peer()
      await queue.enqueue(job('build', { delayMs: SHORT_MS }))
      await advance(PAST_SHORT_MS)
      assert.equal((await take(other)).job.jobId, 'build')
    })

    it('keeps a delayed job from being claimed before its time [ENQ-1]', async ({ queue }) => {
      await queue.enqueue(job('build', { delayMs: LONG_MS, priority: 1000 }))
      assert.equal(await queue.claim(WORKER), null)
      assert.equal((await queue.getJob('run', 'build'))?.state, 'delayed')
    })

    it('reports a duplicate and changes nothing [ENQ-2]', async ({ queue, peer }) => {
      const { queue: other } = await peer()
      await queue.enqueue(job('build', { payload: 'first' }))
      const second = job('build', { payload: 'second', priority: 9, delayMs: LONG_MS, requiredLabels: ['gpu'] })
      assert.deepEqual(await other.enqueue(second), { status: 'duplicate' })
      assert.equal((await take(queue)).job.payload, 'first')
      assert.equal(await queue.claim({ ...WORKER, labels: ['gpu'] }), null)
    })

    it('reports a duplicate while the job is active [ENQ-2]', async ({ queue }) => {
      await queue.enqueue(job('build'))
      const { lease } = await take(queue)
      assert.deepEqual(await queue.enqueue(job('build')), { status: 'duplicate' })
      assert.equal(await queue.claim(WORKER), null)
      await queue.complete(lease.leaseId, {})
    })

    it('reports a duplicate of a job that has ended [ENQ-2]', async ({ queue }) => {
      for (const [jobId, end] of Object.entries(ENDINGS)) {
        await queue.enqueue(job(jobId))
        await end(queue, jobId)
        assert.deepEqual(await queue.enqueue(job(jobId)), { status: 'duplicate' }, jobId)
      }
      assert.equal(await queue.claim(WORKER), null)
    })

    it('takes a job for another only if both of its ids are equal [ENQ-2]', async ({ queue }) => {
      const pairs = [
        ['a', 'b:c'],
        ['a:b', 'c'],
        ['a', 'b'],
        ['A', 'b'],
        ['a', 'b '],
        ['a/b', 'c'],
        ['a', 'b/c'],
      ]
      for (const [workflowId, jobId] of pairs) {
        assert.deepEqual(await queue.enqueue(job(`${jobId}`, { workflowId: `${workflowId}` })), { status: 'enqueued' })
      }
      assert.equal((await drain(queue)).length, pairs.length)
    })

    it('refuses a job of a cancelled workflow [ENQ-3]', async ({ queue, peer }) => {
      const { queue: other } = await peer()
      await queue.cancelWorkflow('run')
      await assert.rejects(other.enqueue(job('build')), withCode('WORKFLOW_CANCELLED'))
      assert.equal(await other.getJob('run', 'build'), null)
    })

    it('refuses a job of a cancelled workflow even if it exists [ENQ-3]', async ({ queue }) => {
      await queue.enqueue(job('build'))
      await queue.cancelWorkflow('run')
      await assert.rejects(queue.enqueue(job('build')), withCode('WORKFLOW_CANCELLED'))
    })
  })

  describe('enqueueMany', () => {
    it('gives each job an outcome of its own [ENQ-4]', async ({ queue }) => {
      await queue.enqueue(job('old'))
      await queue.cancelWorkflow('cancelled')
      const jobs = [
        job('first'),
        job('old'),
        job('bad', { priority: -1 }),
        job('late', { workflowId: 'cancelled' }),
        job('last'),
        job('last', { payload: 'again' }),
      ]
      const outcomes = await queue.enqueueMany(jobs)
      assert.deepEqual(
        outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.error.code : outcome.status)),
        ['enqueued', 'duplicate', 'VALIDATION', 'WORKFLOW_CANCELLED', 'enqueued', 'duplicate'],
      )
      assert.deepEqual(await drain(queue), ['old', 'first', 'last'])
    })

    it('takes an empty list [ENQ-4]', async ({ queue }) => {
      assert.deepEqual(await queue.enqueueMany([]), [])
    })

    it('keeps the order of many jobs [ENQ-4]', async ({ queue, peer }) => {
      const { queue: other } = await peer()
      const jobIds = Array.from({ length: 250 }, (_, index) => `job-${index}`)
      const outcomes = await queue.enqueueMany(jobIds.map((jobId) => job(jobId)))
      assert.ok(outcomes.every((outcome) => outcome.status === 'enqueued'))
      assert.deepEqual(await drain(other), jobIds)
    })
  })
}

const ENDINGS: Record<string, (queue: JobQueue, jobId: string) => Promise<unknown>> = {
  completed: async (queue) => queue.complete((await take(queue)).lease.leaseId, {}),
  failed: async (queue) => queue.fail((await take(queue)).lease.leaseId, { message: 'broken' }, { retryable: false }),
  cancelled: async (queue, jobId) => queue.cancel('run', jobId),
}
