import { randomUUID } from 'node:crypto'
import type { ClaimedJob, ValidClaim } from '@sluice/core'
import { definitionOf, type JobRow, subjectOf } from './job-row.ts'
import { describeLease, type LeaseRow } from './lease.ts'
import type { Session } from './session.ts'

/** Leases of one job that are known after their end. */
const KNOWN_LEASES = 100

/** Leases as many jobs as the claim may have, each the one that a single claim would get. [CLM-7] */
export function claimMany(session: Session, claim: ValidClaim): ClaimedJob[] {
  const claimed: ClaimedJob[] = []
  while (claimed.length < claim.limit) {
    const next = claimNext(session, claim)
    if (next === null) break
    claimed.push(next)
  }
  return claimed
}

/** When the next delayed job is due. */
export function nextDueAt(session: Session): number | null {
  return (
    session.get<{ at: number | null }>(`SELECT min(available_at) AS at FROM job WHERE state = 'delayed'`)?.at ?? null
  )
}

/** Lets the delayed jobs wait whose time has come. Every transaction of the queue begins with it. */
export function promoteDueJobs(session: Session): void {
  session.run(`UPDATE job SET state = 'waiting' WHERE state = 'delayed' AND available_at <= :now`, {
    now: session.now,
  })
}

/**
 * Finds the job that comes first of those that a worker may run, and takes it.
 *
 * It hops from label set to label set over the index, and looks at the head of each that fits: the cost grows with the label
 * sets that have waiting jobs, and not with the jobs. [CLM-4]
 */
const TAKE_NEXT = `
  WITH RECURSIVE label_set (labels) AS (
    SELECT min(labels) FROM job WHERE state = 'waiting'
    UNION ALL
    SELECT (SELECT min(labels) FROM job WHERE state = 'waiting' AND labels > label_set.labels)
    FROM label_set WHERE labels IS NOT NULL
  )
  UPDATE job SET state = 'active', started_at = :now
  WHERE id = (
    SELECT head.id FROM label_set JOIN job AS head ON head.id = (
      SELECT id FROM job WHERE state = 'waiting' AND labels = label_set.labels ORDER BY priority DESC, id LIMIT 1
    )
    WHERE NOT EXISTS (
      SELECT 1 FROM json_each(label_set.labels) WHERE value NOT IN (SELECT value FROM json_each(:labels))
    )
    ORDER BY head.priority DESC, head.id LIMIT 1
  )
  RETURNING *`

function claimNext(session: Session, { workerId, labels, leaseTtlMs }: ValidClaim): ClaimedJob | null {
  const job = session.get<JobRow>(TAKE_NEXT, { labels: JSON.stringify(labels), now: session.now })
  if (job === undefined) return null
  const lease = session.get<LeaseRow>(
    `INSERT INTO lease (lease_id, job, worker_id, attempt, ttl_ms, expires_at)
     VALUES (:leaseId, :job, :workerId, :attempt, :ttlMs, :expiresAt) RETURNING *`,
    {
      leaseId: randomUUID(),
      job: job.id,
      workerId,
      attempt: job.attempt,
      ttlMs: leaseTtlMs,
      expiresAt: session.now + leaseTtlMs,
    },
  ) as LeaseRow
  forgetOldLeases(session, job)
  session.events.push({ kind: 'started', ...subjectOf(session, job), workerId })
  return { job: definitionOf(job), lease: describeLease(lease, job) }
}

/** A job that is claimed and released for ever costs bounded room. */
function forgetOldLeases(session: Session, { id }: JobRow): void {
  session.run(
    `DELETE FROM lease WHERE job = :job AND serial <=
       (SELECT serial FROM lease WHERE job = :job ORDER BY serial DESC LIMIT 1 OFFSET ${KNOWN_LEASES})`,
    { job: id },
  )
}
