import { JobCancelledError, type Lease, LeaseExpiredError, LeaseNotFoundError } from '@sluice/core'
import type { JobRow } from './job-row.ts'
import type { Session } from './session.ts'

/** How a lease ends; the first three are calls of its worker. */
export type LeaseEnding = 'completed' | 'failed' | 'released' | 'expired' | 'cancelled'

/** A row of the table `lease`. */
export interface LeaseRow {
  readonly serial: number
  readonly lease_id: string
  readonly job: number
  readonly worker_id: string
  readonly attempt: number
  readonly ttl_ms: number
  readonly expires_at: number
  readonly ending: LeaseEnding | null
  readonly retry_at: number | null
}

/**
 * Finds a lease, however it ended, and its job.
 *
 * @throws {LeaseNotFoundError}
 * @throws {JobCancelledError} [CAN-2]
 */
export function findLease(session: Session, leaseId: string): { lease: LeaseRow; job: JobRow } {
  const lease = session.get<LeaseRow>('SELECT * FROM lease WHERE lease_id = :leaseId', { leaseId })
  if (lease === undefined) throw new LeaseNotFoundError(leaseId)
  const job = jobOf(session, lease)
  if (job.state === 'cancelled') throw new JobCancelledError(job.workflow_id, job.job_id)
  return { lease, job }
}

/** No lease is without its job: the schema sees to it. */
export function jobOf(session: Session, { job }: LeaseRow): JobRow {
  return session.get('SELECT * FROM job WHERE id = :job', { job }) as JobRow
}

/**
 * Ends a lease by a call of its worker.
 *
 * @throws {LeaseExpiredError} unless it is live. [LSE-2]
 */
export function settleLease(
  session: Session,
  lease: LeaseRow,
  ending: LeaseEnding,
  retryAt: number | null = null,
): void {
  const settled = session.run(
    `UPDATE lease SET ending = :ending, retry_at = :retryAt
     WHERE serial = :serial AND ending IS NULL AND expires_at > :now`,
    { serial: lease.serial, ending, retryAt, now: session.now },
  )
  if (settled === 0) throw new LeaseExpiredError(lease.lease_id)
}

/**
 * Extends a lease to `ttlMs` from now. [LSE-1]
 *
 * @throws as `findLease`.
 * @throws {LeaseExpiredError} unless it is live.
 */
export function renewLease(session: Session, leaseId: string, ttlMs: number): Lease {
  const { job } = findLease(session, leaseId)
  const renewed = session.get<LeaseRow>(
    `UPDATE lease SET ttl_ms = :ttlMs, expires_at = :now + :ttlMs
     WHERE lease_id = :leaseId AND ending IS NULL AND expires_at > :now RETURNING *`,
    { leaseId, ttlMs, now: session.now },
  )
  if (renewed === undefined) throw new LeaseExpiredError(leaseId)
  return describeLease(renewed, job)
}

export function describeLease(lease: LeaseRow, { workflow_id, job_id }: JobRow): Lease {
  const { lease_id, worker_id, attempt, ttl_ms, expires_at } = lease
  return {
    leaseId: lease_id,
    workflowId: workflow_id,
    jobId: job_id,
    workerId: worker_id,
    attempt,
    ttlMs: ttl_ms,
    expiresAt: expires_at,
  }
}
