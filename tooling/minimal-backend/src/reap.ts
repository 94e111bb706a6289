import type { LeaseExpiredEvent } from '@sluice/core'
import { subjectOf } from './job-row.ts'
import { jobOf, type LeaseRow } from './lease.ts'
import type { Session } from './session.ts'
import { endAttempt, failResult, nextRetryAt } from './settle.ts'

/** Ends every lease that has run out, each using one attempt. [REA-1] [REA-2] */
export function reapExpiredLeases(session: Session): LeaseExpiredEvent[] {
  const expired = session.all<LeaseRow>(
    `UPDATE lease SET ending = 'expired' WHERE ending IS NULL AND expires_at <= :now RETURNING *`,
    { now: session.now },
  )
  return expired.map((lease) => {
    const job = jobOf(session, lease)
    const retryAt = nextRetryAt(session, job)
    const event = {
      kind: 'leaseExpired',
      ...subjectOf(session, job),
      workerId: lease.worker_id,
      ...failResult(retryAt),
    } as const
    session.events.push(event)
    const message = `the lease of worker "${lease.worker_id}" expired: it was not renewed in time`
    endAttempt(session, job, { message }, retryAt)
    return event
  })
}
