/** Thrown by a handler, ends the job as failed at once: no retry would help. Any error whose `retryable` is `false` does. */
export class PermanentError extends Error {
  override readonly name: string = 'PermanentError'
  readonly retryable = false
}
