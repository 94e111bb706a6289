import type { JobRef, JobState, QueuedJob, RetryPolicy } from '@sluice/core'
import type { Session } from './session.ts'

/** A row of the table `job`. */
export interface JobRow {
  readonly id: number
  readonly workflow_id: string
  readonly job_id: string
  readonly labels: string
  readonly priority: number
  readonly state: JobState
  readonly attempt: number
  readonly enqueued_at: number
  readonly available_at: number
  readonly started_at: number | null
  readonly finished_at: number | null
  readonly failure: string | null
  readonly outputs: string | null
  readonly definition: string
}

export function findJob(session: Session, { workflowId, jobId }: JobRef): JobRow | undefined {
  return session.get('SELECT * FROM job WHERE workflow_id = :workflowId AND job_id = :jobId', { workflowId, jobId })
}

/** What every event tells of its job. */
export function subjectOf(session: Session, { workflow_id, job_id, attempt }: JobRow) {
  return { workflowId: workflow_id, jobId: job_id, attempt, at: session.now }
}

/** The job as it was enqueued, with every default filled in. */
export function definitionOf({ definition }: JobRow): QueuedJob & { readonly retryPolicy: RetryPolicy } {
  return JSON.parse(definition)
}
