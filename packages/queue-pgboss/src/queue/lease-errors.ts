import { type FailResult, JobCancelledError, LeaseExpiredError, LeaseNotFoundError } from '@sluice/core'
import type { Database } from '../database/database.ts'
import type { Outcome } from './coalescer.ts'
import explainLeaseSql from './explain-lease.sql'
import type { LeaseIds, LeaseRef } from './lease-ids.ts'

/** The calls of a worker that end its lease. */
export type Settlement = 'complete' | 'fail' | 'release'

interface ExplainRow {
  readonly n: number
  readonly state: string
  readonly workflow_id: string
  readonly job_id: string
  readonly enqueued_at: number
  readonly settled_by: Settlement | null
  readonly retry_at: number | null
}

/**
 * Tells of calls on leases that did not take effect what they come to: an error, or, where they repeat the settling call that did, its
 * result. A failure's is when the job is tried again; every other result is of no interest.
 *
 * @param call `null` for a renewal, which nothing repeats.
 */
export async function explainRefusals(
  database: Database,
  leaseIds: LeaseIds,
  leases: readonly LeaseRef[],
  call: Settlement | null,
): Promise<readonly Outcome<FailResult>[]> {
  const rows = await database.query<ExplainRow>(explainLeaseSql, [
    leases.map(({ job }) => job),
    leases.map(({ nonce }) => nonce),
  ])
  const byNumber = new Map(rows.map((row) => [row.n, row]))
  return leases.map((lease, index) => {
    const { leaseId } = lease
    const row = byNumber.get(index + 1)
    // It may be of a job that was purged, whose name another one has by now.
    const isKnown = row !== undefined && row.enqueued_at <= lease.claimedAt && leaseIds.isGenuine(lease)
    if (!isKnown) return { error: new LeaseNotFoundError(leaseId) }
    if (row.state === 'cancelled') return { error: new JobCancelledError(row.workflow_id, row.job_id) }
    if (call !== null && row.settled_by === call) return { value: failResult(row.retry_at) }
    return { error: new LeaseExpiredError(leaseId) }
  })
}

/** Describes what follows a failed attempt. */
export function failResult(retryAt: number | null): FailResult {
  return retryAt === null ? { willRetry: false } : { willRetry: true, retryAt }
}
