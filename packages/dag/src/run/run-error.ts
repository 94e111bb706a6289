import { didYouMean } from '../suggestion.ts'

/** What is wrong with a call about a run, stable across versions: match on this, never on a message. */
export type RunErrorCode =
  | 'RUN_NOT_FINISHED'
  | 'UNKNOWN_JOB'
  | 'NOTHING_TO_RETRY'
  | 'ENQUEUER_NOT_STARTED'
  | 'ENQUEUER_CLOSED'

const brand: unique symbol = Symbol.for('@sluice/dag/RunError')

/** A call that the state of a run, or of the enqueuer, does not allow. Two copies of this package recognise each other's. */
export class RunError extends Error {
  override readonly name: string = 'RunError'
  readonly code: RunErrorCode
  readonly [brand] = true

  constructor(code: RunErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  /** Tells whether a value is such an error, and of the given code; works across copies of this package. */
  static is(error: unknown, code?: RunErrorCode): error is RunError {
    return error instanceof Error && brand in error && (code === undefined || (error as RunError).code === code)
  }
}

/** The run has not ended: wait for it, or cancel it first. */
export class RunNotFinishedError extends RunError {
  override readonly name = 'RunNotFinishedError'

  constructor(workflow: string) {
    super('RUN_NOT_FINISHED', `this run of "${workflow}" has not ended; wait for it, or cancel it first`)
  }
}

/** The run has no job of this id; the message suggests one that is like it. */
export class UnknownJobError extends RunError {
  override readonly name = 'UnknownJobError'
  readonly jobId: string

  constructor(jobId: string, known: readonly string[]) {
    super('UNKNOWN_JOB', `there is no job "${jobId}"${didYouMean(jobId, known)}`)
    this.jobId = jobId
  }
}

/** Everything succeeded or was skipped by its own condition: name a job to run again from. */
export class NothingToRetryError extends RunError {
  override readonly name = 'NothingToRetryError'

  constructor(workflow: string) {
    super(
      'NOTHING_TO_RETRY',
      `no job of this run of "${workflow}" failed or was cancelled; name the job to run again from`,
    )
  }
}

/** The enqueuer was closed. */
export class EnqueuerClosedError extends RunError {
  override readonly name = 'EnqueuerClosedError'

  constructor() {
    super('ENQUEUER_CLOSED', 'the enqueuer is closed; make a new one')
  }
}
