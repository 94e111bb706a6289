import type { JobFailure, LogStream, Outputs, RunJobReason } from '@sluice/core'
import type { RunReport } from './run-report.ts'

interface At {
  /** Milliseconds since the epoch. */
  readonly at: number
}

interface JobAt extends At {
  readonly jobId: string
}

interface AttemptAt extends JobAt {
  /** Counts from 0. */
  readonly attempt: number
}

/** A job as it is announced when its run starts. */
export interface AnnouncedJob {
  readonly id: string
  readonly name: string
  readonly needs: readonly string[]
  /** Attempts that it may take in all. */
  readonly maxAttempts: number
  /** The workflow goes on in spite of its failure. */
  readonly isTolerated: boolean
}

/** The run begins; always first. */
export interface RunStartedEvent extends At {
  readonly type: 'run.started'
  readonly runId: string
  readonly workflow: string
  /** Jobs that run at once, at the most; absent where any number of workers may come and go. */
  readonly concurrency?: number
  readonly labels: readonly string[]
  readonly jobs: readonly AnnouncedJob[]
}

/** All that a job needs is final; it waits for a worker. */
export interface JobQueuedEvent extends JobAt {
  readonly type: 'job.queued'
}

/** An attempt begins. */
export interface JobStartedEvent extends AttemptAt {
  readonly type: 'job.started'
}

/** A job printed a line. */
export interface JobLogEvent extends AttemptAt {
  readonly type: 'job.log'
  readonly stream: LogStream
  /** One line without its end. */
  readonly text: string
}

/** An attempt failed, and another follows. */
export interface JobRetryingEvent extends AttemptAt {
  readonly type: 'job.retrying'
  readonly failure: JobFailure
  /** When the next attempt may begin. */
  readonly retryAt?: number
}

/** A job ended as it should. */
export interface JobSucceededEvent extends AttemptAt {
  readonly type: 'job.succeeded'
  /** How long the last attempt took. */
  readonly durationMs: number
  readonly outputs?: Outputs
}

/** A job failed for good. */
export interface JobFailedEvent extends AttemptAt {
  readonly type: 'job.failed'
  /** How long the last attempt took. */
  readonly durationMs: number
  readonly failure: JobFailure
}

/** A job will not run. */
export interface JobSkippedEvent extends JobAt {
  readonly type: 'job.skipped'
  readonly reason?: RunJobReason
}

/** A job was cancelled, running or not. */
export interface JobCancelledEvent extends JobAt {
  readonly type: 'job.cancelled'
  readonly reason?: RunJobReason
}

/** The run is being cancelled because the process got a signal. */
export interface RunCancellingEvent extends At {
  readonly type: 'run.cancelling'
  readonly signal: string
}

/** The run has ended; always last. */
export interface RunFinishedEvent extends At, RunReport {
  readonly type: 'run.finished'
}

/** What happens to a job. */
export type JobEvent =
  | JobQueuedEvent
  | JobStartedEvent
  | JobLogEvent
  | JobRetryingEvent
  | JobSucceededEvent
  | JobFailedEvent
  | JobSkippedEvent
  | JobCancelledEvent

/** What happens in a run, in order. Every view is made of these alone, and `--json` prints them as they are. */
export type RunEvent = RunStartedEvent | JobEvent | RunCancellingEvent | RunFinishedEvent
