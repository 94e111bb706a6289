import { backoffDelayMs, type FailResult, type JobFailure, type Outputs } from '@sluice/core'
import { definitionOf, type JobRow, subjectOf } from './job-row.ts'
import { findLease, settleLease } from './lease.ts'
import type { Session } from './session.ts'

/** Characters of outputs as JSON that an event carries; `getJob` has larger ones. */
const MAX_EVENT_OUTPUTS = 4096

/** Ends the job as completed. Repeated, it changes nothing. [CMP-1] [LSE-4] */
export function complete(session: Session, leaseId: string, outputs: Outputs): void {
  const { lease, job } = findLease(session, leaseId)
  if (lease.ending === 'completed') return
  settleLease(session, lease, 'completed')
  const json = JSON.stringify(outputs)
  session.run(
    `UPDATE job SET state = 'completed', finished_at = :now, outputs = :json, failure = NULL WHERE id = :id`,
    { id: job.id, now: session.now, json },
  )
  const event = { kind: 'completed', ...subjectOf(session, job) } as const
  session.events.push(json.length <= MAX_EVENT_OUTPUTS ? { ...event, outputs } : event)
}

/** Ends the attempt, and the job unless it is retried. Repeated, it answers as before. [FAI-1] [LSE-4] */
export function fail(session: Session, leaseId: string, failure: JobFailure, retryable: boolean): FailResult {
  const { lease, job } = findLease(session, leaseId)
  if (lease.ending === 'failed') return failResult(lease.retry_at)
  const retryAt = retryable ? nextRetryAt(session, job) : null
  settleLease(session, lease, 'failed', retryAt)
  if (retryAt !== null)
    session.events.push({ kind: 'failed', ...subjectOf(session, job), failure, ...failResult(retryAt) })
  endAttempt(session, job, failure, retryAt)
  return failResult(retryAt)
}

/** Hands the job back without using an attempt. Repeated, it changes nothing. [LSE-5] [LSE-4] */
export function release(session: Session, leaseId: string): void {
  const { lease, job } = findLease(session, leaseId)
  if (lease.ending === 'released') return
  settleLease(session, lease, 'released')
  putBack(session, job, job.attempt, session.now)
}

/** Ends an attempt that failed: the job is tried again if there is a time for it, else it has failed for good. */
export function endAttempt(session: Session, job: JobRow, failure: JobFailure, retryAt: number | null): void {
  session.run('UPDATE job SET failure = :failure WHERE id = :id', { id: job.id, failure: JSON.stringify(failure) })
  if (retryAt !== null) {
    putBack(session, job, job.attempt + 1, retryAt)
  } else {
    session.run(`UPDATE job SET state = 'failed', finished_at = :now WHERE id = :id`, { id: job.id, now: session.now })
    session.events.push({ kind: 'failed', ...subjectOf(session, job), failure, willRetry: false })
  }
}

/** When a job can be claimed again after a failed attempt; `null` if it has no retry left. */
export function nextRetryAt(session: Session, job: JobRow): number | null {
  const { maxRetries, backoff } = definitionOf(job).retryPolicy
  return job.attempt < maxRetries ? session.now + backoffDelayMs(backoff, job.attempt + 1) : null
}

export function failResult(retryAt: number | null): FailResult {
  return retryAt === null ? { willRetry: false } : { willRetry: true, retryAt }
}

/** Puts an active job back to its old place in the queue. */
function putBack(session: Session, job: JobRow, attempt: number, availableAt: number): void {
  session.run('UPDATE job SET state = :state, attempt = :attempt, available_at = :availableAt WHERE id = :id', {
    id: job.id,
    state: availableAt > session.now ? 'delayed' : 'waiting',
    attempt,
    availableAt,
  })
  session.events.push({ kind: 'ready', ...subjectOf(session, job), attempt, availableAt })
}
