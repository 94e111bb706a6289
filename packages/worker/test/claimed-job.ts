import type { ClaimedJob, QueuedJob } from '@sluice/core'

/** A claimed job, for what is tested without a queue. */
export function claimedJob(job: Partial<QueuedJob> = {}, lease: Partial<ClaimedJob['lease']> = {}): ClaimedJob {
  const ref = { workflowId: 'run', jobId: 'build' }
  return {
    job: { ...ref, command: 'build', ...job },
    lease: { ...ref, leaseId: 'lease-1', workerId: 'w1', attempt: 0, ttlMs: 30_000, expiresAt: 30_000, ...lease },
  }
}
