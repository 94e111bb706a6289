import type { JobFailure, RunJobCounts, RunJobReason, RunStatus } from '@sluice/core'

/** A job that failed for good. */
export interface FailedJob {
  readonly jobId: string
  /** Attempts that it took. */
  readonly attempts: number
  /** How long the last attempt took; absent where it never began. */
  readonly durationMs?: number
  readonly failure: JobFailure
  /** The workflow goes on in spite of it. */
  readonly isTolerated: boolean
  readonly lastLogLines: readonly string[]
}

/** A job that did not run to its end. */
export interface StoppedJob {
  readonly jobId: string
  readonly reason?: RunJobReason
}

/** A job that took more than one attempt. */
export interface RetriedJob {
  readonly jobId: string
  readonly attempts: number
  readonly succeeded: boolean
  /** Why its attempts failed, in order. */
  readonly failures: readonly JobFailure[]
}

/** How long the run took, and how short it could have been with the job durations as they were. */
export interface RunTiming {
  readonly makespanMs: number
  /** The time that workers spent on all attempts. */
  readonly workMs: number
  /** Jobs that could run at once; absent where that is not known. */
  readonly concurrency?: number
  /** The chain of jobs that took longest, retries and the waits between them included. */
  readonly criticalPath: { readonly durationMs: number; readonly jobs: readonly string[] }
  /** No schedule could be shorter: the critical path, or all the work shared evenly, whichever is longer; without `concurrency`, the path. */
  readonly lowerBoundMs: number
}

/** What there is to say about a run that has ended. */
export interface RunReport {
  readonly runId: string
  readonly workflow: string
  readonly status: RunStatus
  /** The signal that cancelled the run. */
  readonly interruptedBy?: string
  readonly counts: RunJobCounts
  readonly failed: readonly FailedJob[]
  readonly skipped: readonly StoppedJob[]
  readonly cancelled: readonly StoppedJob[]
  readonly retried: readonly RetriedJob[]
  readonly timing: RunTiming
}
