import { type JobFailure, type Outputs, QueueError } from '@sluice/core'

/**
 * How an attempt ended, as far as its worker knows.
 *
 * `released`: the worker handed the job back, because it stopped or could not start it. `leaseLost`: the lease was over before the
 * result was stored, so the job runs, or ran, elsewhere. `unsettled`: the store did not answer for as long as the lease lasted; whether
 * it took the result is unknown.
 */
export type AttemptOutcome =
  | { readonly status: 'completed'; readonly outputs: Outputs }
  | {
      readonly status: 'failed'
      readonly failure: JobFailure
      readonly willRetry: boolean
      /** When the next attempt can be claimed, on the store's clock; only with `willRetry`. */
      readonly retryAt?: number
    }
  | { readonly status: 'cancelled' }
  | { readonly status: 'released' }
  | { readonly status: 'leaseLost'; readonly cause: unknown }
  | { readonly status: 'unsettled'; readonly cause: unknown }

/** Tells what the rejection of a settling call means for the attempt. */
export function outcomeOfRejection(error: unknown): AttemptOutcome {
  if (QueueError.is(error, 'JOB_CANCELLED')) return { status: 'cancelled' }
  if (QueueError.is(error, 'LEASE_EXPIRED') || QueueError.is(error, 'LEASE_NOT_FOUND')) {
    return { status: 'leaseLost', cause: error }
  }
  return { status: 'unsettled', cause: error }
}
