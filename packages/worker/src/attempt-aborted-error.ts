/**
 * Why an attempt has to stop.
 *
 * `cancelled`: the job was cancelled. `leaseLost`: the job may run elsewhere. `timedOut`: it ran longer than its `timeoutMs`.
 * `stopping`: the worker stops and hands the job back.
 */
export type AbortReason = 'cancelled' | 'leaseLost' | 'timedOut' | 'stopping'

/** The `reason` of the signal that a handler gets. */
export class AttemptAbortedError extends Error {
  override readonly name = 'AttemptAbortedError'
  readonly reason: AbortReason

  constructor(reason: AbortReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}
