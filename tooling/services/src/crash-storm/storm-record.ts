import type { JobRecord, JobRef, JobState, QueuedJob, QueueEvent } from '@sluice/core'
import type { CallTimes, JournalEntry } from './journal.ts'

/** A cancellation that was acknowledged; without a `jobId`, of a whole workflow. */
export type Cancellation = CallTimes & {
  readonly workflowId: string
  readonly jobId?: string
  /** The state in which the job was left. */
  readonly state: JobState
}

/** All that is known when a storm is over. */
export interface StormRecord {
  /** The jobs whose enqueue was acknowledged. */
  readonly jobs: readonly QueuedJob[]
  /** What all workers and reapers wrote. */
  readonly journal: readonly JournalEntry[]
  readonly cancellations: readonly Cancellation[]
  /** What an observer was told, in order. */
  readonly events: readonly QueueEvent[]
  /** What the store tells of each job, by {@link keyOf}. */
  readonly records: ReadonlyMap<string, JobRecord>
}

/** Tells that something breaks the contract. */
export type Complain = (what: string) => void

export function keyOf({ workflowId, jobId }: JobRef): string {
  return `${workflowId}/${jobId}`
}

/** Tells the cancellations that are about a job. */
export function cancellationsOf(record: StormRecord, job: JobRef): Cancellation[] {
  return record.cancellations.filter(
    ({ workflowId, jobId }) => workflowId === job.workflowId && (jobId === undefined || jobId === job.jobId),
  )
}
