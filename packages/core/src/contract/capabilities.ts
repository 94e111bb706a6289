import assert from 'node:assert/strict'
import { job, LONG_MS, take, withCode } from './sample-jobs.ts'
import type { QueueSuite } from './suite.ts'

export function capabilitiesSection({ describe, it, faults }: QueueSuite): void {
  describe('capabilities', () => {
    it('of a durable queue: all is there when the store is opened again [CAP-1]', async ({ queue, reopen }) => {
      if (!queue.capabilities.durable) return
      await queue.enqueueMany([job('completed'), job('active'), job('waiting'), job('delayed', { delayMs: LONG_MS })])
      await queue.complete((await take(queue)).lease.leaseId, { url: 'here' })
      const { lease } = await take(queue)
      await queue.cancelWorkflow('cancelled')
      const { queue: reopened } = await reopen()
      assert.deepEqual((await reopened.getJob('run', 'completed'))?.outputs, { url: 'here' })
      await reopened.complete(lease.leaseId, {})
      assert.equal((await take(reopened)).job.jobId, 'waiting')
      assert.equal((await reopened.getJob('run', 'delayed'))?.state, 'delayed')
      await assert.rejects(reopened.enqueue(job('build', { workflowId: 'cancelled' })), withCode('WORKFLOW_CANCELLED'))
    })

    it('of a queue of many processes: separate handles share the store [CAP-2]', async ({ queue, peer }) => {
      if (!queue.capabilities.multiProcess) return
      assert.ok(faults, 'a store of many processes has a server: its harness must give faults')
      const { queue: other } = await peer()
      assert.notEqual(other, queue)
      await queue.enqueue(job('build'))
      assert.equal((await take(other)).job.jobId, 'build')
      assert.equal(await queue.claim({ workerId: 'w2', labels: [], leaseTtlMs: LONG_MS }), null)
    })

    it('are declared [CAP-2]', async ({ queue }) => {
      const { durable, multiProcess } = queue.capabilities
      assert.deepEqual([typeof durable, typeof multiProcess], ['boolean', 'boolean'])
    })
  })
}
