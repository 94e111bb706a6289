/** What a server says of a request that it refused: a problem document of RFC 9457, with the contract's code. */
export interface Problem {
  readonly status: number
  readonly code?: string
  readonly title?: string
  readonly detail?: string
  readonly [extension: string]: unknown
}

/** A server refused a request. */
export class RefusedRequestError extends Error {
  override readonly name = 'RefusedRequestError'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title ?? `the server answered with status ${problem.status}`)
    this.problem = problem
  }
}

/** A server could not be reached, or did not answer in time. The request may have taken effect. */
export class ServerUnreachableError extends Error {
  override readonly name = 'ServerUnreachableError'

  constructor(server: string, reason: string, options?: ErrorOptions) {
    super(`cannot reach the server at ${server}: ${reason}`, options)
  }
}
