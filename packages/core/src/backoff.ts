/** How long to wait before a retry. Times are milliseconds. */
export type Backoff =
  | { readonly kind: 'none' }
  | { readonly kind: 'fixed'; readonly delayMs: number }
  | { readonly kind: 'exponential'; readonly baseMs: number; readonly maxMs: number; readonly jitter?: boolean }

/** How often a job is tried again after a retryable failure or an expired lease. */
export interface RetryPolicy {
  /** Retries after the first attempt: 3 allows four attempts in all. */
  readonly maxRetries: number
  readonly backoff: Backoff
}

/** The policy of a job that names none: one attempt. */
export const NO_RETRIES: RetryPolicy = { maxRetries: 0, backoff: { kind: 'none' } }

/**
 * Tells the delay before a retry, in whole milliseconds.
 *
 * Exponential delays are `min(maxMs, baseMs · 2^(retry-1))`. Jitter draws uniformly between half of the delay and all of it
 * ("equal jitter": M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 *
 * @param retry Counts from 1: the first retry follows attempt 0.
 * @param random Returns a number in [0, 1); given for tests.
 */
export function backoffDelayMs(backoff: Backoff, retry: number, random: () => number = Math.random): number {
  switch (backoff.kind) {
    case 'none':
      return 0
    case 'fixed':
      return backoff.delayMs
    case 'exponential': {
      const delayMs = Math.min(backoff.maxMs, backoff.baseMs * 2 ** (retry - 1))
      return Math.round(backoff.jitter ? delayMs * (0.5 + random() / 2) : delayMs)
    }
  }
}
