import {
  type CancelResult,
  type CancelWorkflowResult,
  isTerminalJobState,
  JobNotFoundError,
  type JobRef,
} from '@sluice/core'
import { findJob, type JobRow, subjectOf } from './job-row.ts'
import type { Session } from './session.ts'

/**
 * Ends an unfinished job as cancelled, and leaves a finished one as it is. [CAN-1] [CAN-4]
 *
 * @throws {JobNotFoundError}
 */
export function cancel(session: Session, { workflowId, jobId }: JobRef): CancelResult {
  const job = findJob(session, { workflowId, jobId })
  if (job === undefined) throw new JobNotFoundError(workflowId, jobId)
  if (isTerminalJobState(job.state)) return { status: 'alreadyFinished', state: job.state }
  cancelJob(session, job)
  return { status: 'cancelled', state: 'cancelled' }
}

/** Cancels every unfinished job of a workflow, and remembers when that was first done. [CAN-5] */
export function cancelWorkflow(session: Session, workflowId: string): CancelWorkflowResult {
  session.run('INSERT INTO cancelled_workflow VALUES (:workflowId, :now) ON CONFLICT DO NOTHING', {
    workflowId,
    now: session.now,
  })
  const jobs = session.all<JobRow>('SELECT * FROM job WHERE workflow_id = :workflowId AND finished_at IS NULL', {
    workflowId,
  })
  for (const job of jobs) cancelJob(session, job)
  return { cancelled: jobs.length }
}

export function isCancelled(session: Session, { workflowId, jobId }: JobRef): boolean {
  return isWorkflowCancelled(session, workflowId) || findJob(session, { workflowId, jobId })?.state === 'cancelled'
}

export function isWorkflowCancelled(session: Session, workflowId: string): boolean {
  return session.get('SELECT 1 FROM cancelled_workflow WHERE workflow_id = :workflowId', { workflowId }) !== undefined
}

/** Ends a job and revokes its lease, if it has one. [CAN-2] */
function cancelJob(session: Session, job: JobRow): void {
  session.run(`UPDATE job SET state = 'cancelled', finished_at = :now WHERE id = :id`, { id: job.id, now: session.now })
  session.run(`UPDATE lease SET ending = 'cancelled' WHERE job = :id AND ending IS NULL`, { id: job.id })
  session.events.push({ kind: 'cancelled', ...subjectOf(session, job) })
}
