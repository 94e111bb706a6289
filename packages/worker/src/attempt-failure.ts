import type { JobFailure } from '@sluice/core'

/** A command ended with an exit code other than 0, or by a signal. */
export class CommandFailedError extends Error {
  override readonly name = 'CommandFailedError'
  readonly exitCode: number | undefined
  readonly signal: string | undefined

  constructor(message: string, exitCode: number | undefined, signal: string | undefined) {
    super(message)
    this.exitCode = exitCode
    this.signal = signal
  }
}

/** Turns what an attempt threw into the failure that is stored; `message` replaces that of the error. */
export function failureOf(error: unknown, message: string = messageOf(error)): JobFailure {
  if (!(error instanceof CommandFailedError)) return { message }
  const { exitCode, signal } = error
  return { message, ...(exitCode === undefined ? {} : { exitCode }), ...(signal === undefined ? {} : { signal }) }
}

/** Tells whether another attempt may help: always, unless the error says otherwise. */
export function isRetryable(error: unknown): boolean {
  return !(typeof error === 'object' && error !== null && 'retryable' in error && error.retryable === false)
}

function messageOf(error: unknown): string {
  if (error instanceof Error)
    return typeof error.message === 'string' ? error.message || String(error.name) : describe(error.message)
  return typeof error === 'string' ? error : `the handler threw ${describe(error)}`
}

function describe(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}
