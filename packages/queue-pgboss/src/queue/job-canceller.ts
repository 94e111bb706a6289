import { type CancelResult, type CancelWorkflowResult, JobNotFoundError, type JobState } from '@sluice/core'
import type { Database } from '../database/database.ts'
import type { Session } from '../database/session.ts'
import cancelSql from './cancel.sql'
import isCancelledSql from './is-cancelled.sql'
import { jobUuid } from './job-uuid.ts'
import lockJobSql from './lock-job.sql'
import lockJobsOfWorkflowSql from './lock-jobs-of-workflow.sql'
import lockWorkflowSql from './lock-workflow.sql'
import markWorkflowCancelledSql from './mark-workflow-cancelled.sql'
import type { QueueStatements } from './queue-statements.ts'

interface LockedJob {
  readonly id: string
  readonly state: JobState | 'open'
  readonly queue: string
}

interface LockedJobs {
  readonly last: number | null
  readonly queue: string | null
  readonly ids: readonly string[]
}

/** Jobs that one transaction cancels: few, so that it blocks nobody for long. */
const MAX_BATCH = 1000

/** Cancels jobs and workflows. */
export class JobCanceller {
  readonly #database: Database
  readonly #statements: QueueStatements

  constructor(database: Database, statements: QueueStatements) {
    this.#database = database
    this.#statements = statements
  }

  /** @throws {JobNotFoundError} */
  async cancel(workflowId: string, jobId: string): Promise<CancelResult> {
    return this.#database.transaction(async (session) => {
      const [job] = await session.query<LockedJob>(lockJobSql, [jobUuid(workflowId, jobId)])
      if (job === undefined) throw new JobNotFoundError(workflowId, jobId)
      if (job.state !== 'open') return { status: 'alreadyFinished', state: job.state }
      await this.#cancelJobs(session, [{ queue: job.queue, ids: [job.id] }])
      return { status: 'cancelled', state: 'cancelled' }
    })
  }

  /** Refuses jobs of the workflow from now on, and cancels those that it has. */
  async cancelWorkflow(workflowId: string): Promise<CancelWorkflowResult> {
    let { cancelled, last } = await this.#database.transaction(async (session) => {
      void session.query(lockWorkflowSql, [workflowId])
      void session.query(markWorkflowCancelledSql, [workflowId])
      return this.#cancelBatch(session, workflowId, 0)
    })
    while (last !== null) {
      const after: number = last
      const batch = await this.#database.transaction((session) => this.#cancelBatch(session, workflowId, after))
      cancelled += batch.cancelled
      last = batch.last
    }
    return { cancelled }
  }

  async isCancelled(workflowId: string, jobId: string): Promise<boolean> {
    const [row] = await this.#database.query<{ is_cancelled: boolean }>(isCancelledSql, [
      workflowId,
      jobUuid(workflowId, jobId),
    ])
    return row?.is_cancelled ?? false
  }

  async #cancelBatch(session: Session, workflowId: string, after: number) {
    const rows = await session.query<LockedJobs>(lockJobsOfWorkflowSql, [workflowId, after, MAX_BATCH])
    const locked = rows.filter(({ queue }) => queue !== null)
    await this.#cancelJobs(session, locked)
    return { cancelled: locked.reduce((sum, { ids }) => sum + ids.length, 0), last: rows[0]?.last ?? null }
  }

  /** Cancels jobs that are open, and locked. */
  async #cancelJobs(session: Session, jobs: readonly Pick<LockedJobs, 'queue' | 'ids'>[]): Promise<void> {
    if (jobs.length === 0) return
    for (const { queue, ids } of jobs) void session.query(this.#statements.cancelJobs, [queue, ids])
    void session.query(cancelSql, [jobs.flatMap(({ ids }) => ids)])
  }
}
