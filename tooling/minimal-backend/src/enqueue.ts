import { type EnqueueResult, type ValidJob, WorkflowCancelledError } from '@sluice/core'
import { isWorkflowCancelled } from './cancel.ts'
import type { Session } from './session.ts'

/**
 * Adds a job, unless there is one of its name. [ENQ-2]
 *
 * @throws {WorkflowCancelledError} [ENQ-3]
 */
export function enqueue(session: Session, job: ValidJob): EnqueueResult {
  const { workflowId, jobId, requiredLabels, priority, delayMs } = job
  if (isWorkflowCancelled(session, workflowId)) throw new WorkflowCancelledError(workflowId)
  const availableAt = session.now + delayMs
  const added = session.run(
    `INSERT INTO job (workflow_id, job_id, labels, priority, state, enqueued_at, available_at, definition)
     VALUES (:workflowId, :jobId, :labels, :priority, :state, :now, :availableAt, :definition)
     ON CONFLICT (workflow_id, job_id) DO NOTHING`,
    {
      workflowId,
      jobId,
      labels: JSON.stringify(requiredLabels),
      priority,
      state: delayMs > 0 ? 'delayed' : 'waiting',
      now: session.now,
      availableAt,
      definition: JSON.stringify(job),
    },
  )
  if (added === 0) return { status: 'duplicate' }
  session.events.push({ kind: 'ready', workflowId, jobId, attempt: 0, at: session.now, availableAt })
  return { status: 'enqueued' }
}
