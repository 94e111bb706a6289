import {
  copyJson,
  type JobRecord,
  type JobSummary,
  type Lease,
  type Outputs,
  type QueuedJob,
  type ValidJob,
} from '@sluice/core'
import type { JobLease, StoredJob } from './stored-job.ts'

// All that leaves the store is a copy: what a consumer does to it must not reach the store, nor the next consumer.

/** Copies a job for a worker or a reader. */
export function copyJob(job: ValidJob): QueuedJob {
  const { payload, upstreamOutputs, requiredLabels, retryPolicy } = job
  const copy: { -readonly [Key in keyof QueuedJob]: QueuedJob[Key] } = {
    ...job,
    requiredLabels: [...requiredLabels],
    retryPolicy: { maxRetries: retryPolicy.maxRetries, backoff: { ...retryPolicy.backoff } },
  }
  if (typeof payload === 'object') copy.payload = copyJson(payload, 'payload').value
  if (upstreamOutputs !== undefined) {
    copy.upstreamOutputs = copyJson(upstreamOutputs, 'upstreamOutputs').value as Record<string, Outputs>
  }
  return copy
}

/** Describes a lease to its worker. */
export function copyLease(lease: JobLease): Lease {
  const { leaseId, workerId, attempt, ttlMs, expiresAt } = lease
  const { workflowId, jobId } = lease.job.job
  return { leaseId, workflowId, jobId, workerId, attempt, ttlMs, expiresAt }
}

/** Describes a job in a list. */
export function summarize(stored: StoredJob): JobSummary {
  const { job, lease, startedAt, finishedAt, failure } = stored
  const summary: { -readonly [Key in keyof JobSummary]: JobSummary[Key] } = {
    workflowId: job.workflowId,
    jobId: job.jobId,
    state: stored.state,
    attempt: stored.attempt,
    priority: job.priority,
    requiredLabels: [...job.requiredLabels],
    enqueuedAt: stored.enqueuedAt,
    availableAt: stored.availableAt,
  }
  if (startedAt !== null) summary.startedAt = startedAt
  if (finishedAt !== null) summary.finishedAt = finishedAt
  if (failure !== null) summary.failure = { ...failure }
  if (stored.state === 'active' && lease !== null) {
    summary.workerId = lease.workerId
    summary.leaseExpiresAt = lease.expiresAt
  }
  return summary
}

/** Describes a job in full. */
export function describeJob(stored: StoredJob): JobRecord {
  const record = { ...summarize(stored), job: copyJob(stored.job) }
  return stored.outputs === null ? record : { ...record, outputs: { ...stored.outputs } }
}
