import assert from 'node:assert/strict'
import { job, PAST_SHORT_MS, retries, SHORT_MS, take, WORKER } from './sample-jobs.ts'
import type { QueueSuite } from './suite.ts'

export function completeSection({ describe, it }: QueueSuite): void {
  describe('complete', () => {
    it('ends the job as completed and keeps its outputs [CMP-1]', async ({ queue, peer, advance }) => {
      const { queue: other } = await peer()
      await queue.enqueue(job('build', { payload: { kept: true } }))
      const { lease } = await take(queue)
      const outputs = { url: 'https://example.org', empty: '', 'a key': 'line\nline', unicode: 'ü\u{1f680}' }
      await queue.complete(lease.leaseId, outputs)
      await advance(SHORT_MS)
      const record = await other.getJob('run', 'build')
      assert.deepEqual(record?.outputs, outputs)
      assert.deepEqual([record?.state, record?.attempt, record?.job.payload], ['completed', 0, { kept: true }])
      assert.equal(await queue.claim(WORKER), null)
    })

    it('takes empty outputs [CMP-1]', async ({ queue }) => {
      await queue.enqueue(job('build'))
      await queue.complete((await take(queue)).lease.leaseId, {})
      assert.deepEqual((await queue.getJob('run', 'build'))?.outputs ?? {}, {})
    })

    it('keeps the outputs of the call that took effect [CMP-1]', async ({ queue }) => {
      await queue.enqueue(job('build'))
      const { lease } = await take(queue)
      await queue.complete(lease.leaseId, { first: 'yes' })
      await queue.complete(lease.leaseId, { second: 'yes' })
      assert.deepEqual((await queue.getJob('run', 'build'))?.outputs, { first: 'yes' })
    })

    it('works for any process that has the lease [CMP-1]', async ({ queue, peer }) => {
      const { queue: other } = await peer()
      await queue.enqueue(job('build'))
      await other.complete((await take(queue)).lease.leaseId, {})
      assert.equal((await queue.getJob('run', 'build'))?.state, 'completed')
    })

    it('ends a later attempt too [CMP-1]', async ({ queue, advance }) => {
      await queue.enqueue(job('build', { retryPolicy: retries(2) }))
      await queue.fail((await take(queue)).lease.leaseId, { message: 'broken' }, { retryable: true })
      await take(queue, { leaseTtlMs: SHORT_MS })
      await advance(PAST_SHORT_MS)
      await queue.reapExpiredLeases()
      await queue.complete((await take(queue)).lease.leaseId, { done: 'yes' })
      const record = await queue.getJob('run', 'build')
      assert.deepEqual([record?.state, record?.attempt, record?.outputs], ['completed', 2, { done: 'yes' }])
      assert.equal(record?.failure, undefined)
    })
  })
}
