import type { Outputs, QueuedJob } from '@sluice/core'
import type { LogWriter } from './log-writer.ts'

/** One attempt at a job, as what runs it sees it. */
export interface RunContext {
  readonly job: QueuedJob
  /** Counts from 0. */
  readonly attempt: number
  readonly workerId: string
  /** Aborts with an `AttemptAbortedError` when the work has to stop. */
  readonly signal: AbortSignal
  readonly log: LogWriter
}

/** Runs jobs: by a handler, or in a shell. */
export interface Runner {
  /** How long after its signal an attempt is waited for; then the worker goes on without it. */
  readonly stopWithinMs: number

  /** Resolves with what the job hands on; rejects where the attempt failed. */
  run(context: RunContext): Promise<Outputs>
}
