import type { ClaimedJob, LogStream } from '@sluice/core'
import type { AttemptOutcome } from './attempt-outcome.ts'
import { WorkerError } from './worker-error.ts'

/** A piece of what a job prints, as it comes: not yet stored, and not cut at lines. */
export interface LogOutput {
  readonly stream: LogStream
  readonly text: string
}

/** What an application may want to know as it happens. A hook that throws disturbs no job; its error goes to `onError`. */
export interface WorkerHooks {
  /** An attempt begins. */
  onJobStart?(claimed: ClaimedJob): void
  /** A job printed something. The output of a shell job waits until a promise that this returns is settled. */
  onLog?(claimed: ClaimedJob, output: LogOutput): void | Promise<void>
  /** An attempt has ended, and the store knows the result unless the outcome says otherwise. */
  onJobEnd?(claimed: ClaimedJob, outcome: AttemptOutcome): void
  /** The worker could not do something; it goes on by itself. Without this hook, errors become process warnings. */
  onError?(error: Error): void
}

/** Calls the hooks so that none of them can break the worker. */
export class Reporter {
  readonly #hooks: WorkerHooks

  constructor(hooks: WorkerHooks) {
    this.#hooks = hooks
  }

  jobStarted(claimed: ClaimedJob): void {
    if (this.#hooks.onJobStart) this.#guard('onJobStart', () => this.#hooks.onJobStart?.(claimed))
  }

  /** Returns a promise where the hook asks for time; it never rejects. */
  jobPrinted(claimed: ClaimedJob, output: LogOutput): Promise<unknown> | undefined {
    return this.#hooks.onLog && this.#guard('onLog', () => this.#hooks.onLog?.(claimed, output))
  }

  jobEnded(claimed: ClaimedJob, outcome: AttemptOutcome): void {
    if (this.#hooks.onJobEnd) this.#guard('onJobEnd', () => this.#hooks.onJobEnd?.(claimed, outcome))
  }

  failed(message: string, cause?: unknown): void {
    const reason = cause instanceof Error ? `: ${cause.message}` : ''
    const error = new WorkerError(message + reason, cause === undefined ? undefined : { cause })
    try {
      if (this.#hooks.onError) this.#hooks.onError(error)
      else process.emitWarning(error)
    } catch (hookError) {
      process.emitWarning(`the hook onError threw: ${hookError}`)
    }
  }

  #guard(name: string, call: () => unknown): Promise<unknown> | undefined {
    try {
      const returned = call()
      if (returned instanceof Promise) return returned.catch((error) => this.failed(`the hook ${name} rejected`, error))
    } catch (error) {
      this.failed(`the hook ${name} threw`, error)
    }
    return undefined
  }
}
