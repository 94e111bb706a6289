import type { JobFailure, Outputs } from '@sluice/core'

interface OutcomeOfAttempt {
  readonly jobId: string
  /** The run's attempt that it belongs to. One of another attempt changes nothing. */
  readonly runAttempt: number
  /** The queue's attempt. Counts from 0. */
  readonly attempt: number
}

/** What became of a job in the queue. Times are milliseconds since the epoch on the store's clock. */
export type JobOutcome =
  /** A worker claimed it. */
  | (OutcomeOfAttempt & { readonly kind: 'started'; readonly at: number; readonly workerId: string })
  /** It waits again, for `attempt`: the one before failed or its lease expired, or the same one was released. */
  | (OutcomeOfAttempt & { readonly kind: 'requeued'; readonly at: number; readonly failure?: JobFailure })
  | (OutcomeOfAttempt & EndOfAttempt & { readonly kind: 'succeeded'; readonly outputs?: Outputs })
  /** It failed for good. */
  | (OutcomeOfAttempt & EndOfAttempt & { readonly kind: 'failed'; readonly failure: JobFailure })
  | (OutcomeOfAttempt & EndOfAttempt & { readonly kind: 'cancelled' })

interface EndOfAttempt {
  readonly startedAt?: number
  readonly finishedAt?: number
}

/** What somebody wants of a run. */
export type RunCommand =
  /** End one job as `cancelled`, if it has not ended. */
  | { readonly kind: 'cancelJob'; readonly jobId: string }
  /** End everything that has not ended as `cancelled`, also jobs with the condition `always`. */
  | { readonly kind: 'cancelRun' }
