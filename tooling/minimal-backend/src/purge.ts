import type { Session } from './session.ts'

/** Removes the jobs that ended before a time, with their leases, and counts them. [PRG-1] */
export function purge(session: Session, before: number): number {
  const removed = session.run('DELETE FROM job WHERE finished_at < :before', { before })
  // [PRG-2]
  session.run(
    `DELETE FROM cancelled_workflow AS mark WHERE cancelled_at < :before
     AND NOT EXISTS (SELECT 1 FROM job WHERE workflow_id = mark.workflow_id)`,
    { before },
  )
  return removed
}
