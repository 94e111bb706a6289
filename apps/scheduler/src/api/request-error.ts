/** What the API itself has against a request, beside the codes of the contract and of runs. */
export type RequestErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'BODY_TOO_LARGE'
  | 'IDEMPOTENCY_CONFLICT'
  | 'TOO_MANY_REQUESTS'
  | 'TOO_MANY_STREAMS'
  | 'TOO_MANY_WAITING'

/** A request that the API refuses; its message says what to do. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly code: RequestErrorCode
  /** When it is worth trying again, in seconds. */
  readonly retryAfterSeconds: number | undefined

  constructor(code: RequestErrorCode, message: string, options: { readonly retryAfterSeconds?: number } = {}) {
    super(message)
    this.code = code
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}
