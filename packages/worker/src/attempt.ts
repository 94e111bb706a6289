import { randomInt } from 'node:crypto'
import { type ClaimedJob, type JobFailure, type Outputs, QueueError } from '@sluice/core'
import { AttemptAbortedError } from './attempt-aborted-error.ts'
import { failureOf, isRetryable } from './attempt-failure.ts'
import { type AttemptOutcome, outcomeOfRejection } from './attempt-outcome.ts'
import type { KeptLease, LeaseKeeper } from './lease-keeper.ts'
import { LogWriter } from './log-writer.ts'
import { StartRefusedError } from './patient-start.ts'
import type { Runner } from './runner.ts'
import { settle } from './settlement.ts'
import { startTimer } from './timer.ts'
import type { WorkerLogs, WorkerQueue } from './worker-backend.ts'
import type { Reporter } from './worker-hooks.ts'

const LOG_CLOSE_MS = 5000

/** So many places for a log to begin that no two leases of an attempt ever overlap; far below what a number holds exactly. */
const SEQUENCE_STARTS = 2 ** 47

/** What an attempt shares with the others of its worker. */
export interface AttemptSurroundings {
  readonly queue: WorkerQueue
  readonly logs: WorkerLogs
  readonly runner: Runner
  readonly keeper: LeaseKeeper
  readonly reporter: Reporter
  readonly workerId: string
  /** Aborts when the worker waits no longer for anything. */
  readonly givenUp: AbortSignal
}

/** How an attempt ended, and, where its code ignores that it has to stop, when that code ends after all. */
export interface AttemptEnd {
  readonly outcome: AttemptOutcome
  readonly straggler?: Promise<void>
}

type WorkResult =
  | { readonly outputs: Outputs }
  | { readonly error: unknown }
  | { readonly error: undefined; readonly straggler: Promise<void> }

/** One attempt at a job, from its lease to its settlement. */
export class Attempt {
  readonly claimed: ClaimedJob
  readonly #around: AttemptSurroundings
  readonly #kept: KeptLease
  readonly #log: LogWriter
  readonly #controller = new AbortController()
  #aborted: AttemptAbortedError | null = null
  #isWorking = true
  #isTold = false
  readonly #onTold: (() => void)[] = []
  #stopWaiting: (() => void) | undefined
  #cancelGrace = () => {}

  constructor(claimed: ClaimedJob, around: AttemptSurroundings) {
    this.claimed = claimed
    this.#around = around
    this.#kept = around.keeper.keep(claimed.lease, (error) => this.abort(error))
    // A released attempt runs again under the same number, and a chunk of a sequence that is stored already would be dropped.
    this.#log = new LogWriter(around.logs, claimed, around.reporter, randomInt(SEQUENCE_STARTS))
  }

  /** Asks the store whether the attempt may go on, because something may have happened to its job. */
  check(): void {
    this.#around.keeper.check(this.#kept)
  }

  /** Resolves when the end of an attempt that is being settled was told to the hooks; at once for one that still works. */
  async whenTold(): Promise<void> {
    if (this.#isWorking || this.#isTold) return
    await new Promise<void>((resolve) => this.#onTold.push(resolve))
  }

  /** Makes the work stop, for the first reason given; does nothing once it has ended. */
  abort(error: AttemptAbortedError): void {
    if (!this.#isWorking || this.#aborted) return
    this.#aborted = error
    if (error.reason === 'cancelled' || error.reason === 'leaseLost') this.#around.keeper.drop(this.#kept)
    this.#log.note(error.message)
    this.#cancelGrace = startTimer(this.#around.runner.stopWithinMs, () => this.#stopWaiting?.())
    this.#controller.abort(error)
  }

  /** Does the work, stores its log and settles the lease. Never rejects. */
  async run(): Promise<AttemptEnd> {
    const { keeper, reporter } = this.#around
    reporter.jobStarted(this.claimed)
    const result = await this.#work()
    this.#isWorking = false
    this.#cancelGrace()
    await this.#log.close(Math.min(LOG_CLOSE_MS, this.claimed.lease.ttlMs / 2))
    const outcome = await this.#settle(result)
    keeper.drop(this.#kept)
    reporter.jobEnded(this.claimed, outcome)
    this.#isTold = true
    for (const callback of this.#onTold) callback()
    return 'straggler' in result ? { outcome, straggler: result.straggler } : { outcome }
  }

  async #work(): Promise<WorkResult> {
    const { job, lease } = this.claimed
    const { timeoutMs } = job
    const cancelTimeout = timeoutMs === undefined ? undefined : startTimer(timeoutMs, () => this.#timeOut(timeoutMs))
    try {
      return await new Promise<WorkResult>((resolve) => {
        const { workerId } = this.#around
        const context = { job, attempt: lease.attempt, workerId, signal: this.#controller.signal, log: this.#log }
        const ended = this.#around.runner.run(context).then(
          (outputs) => resolve({ outputs }),
          (error) => resolve({ error }),
        )
        this.#stopWaiting = () => resolve({ error: undefined, straggler: ended })
      })
    } finally {
      cancelTimeout?.()
    }
  }

  #timeOut(timeoutMs: number): void {
    this.abort(new AttemptAbortedError('timedOut', `timed out after ${timeoutMs} ms`))
  }

  async #settle(result: WorkResult): Promise<AttemptOutcome> {
    try {
      switch (this.#aborted?.reason) {
        case 'cancelled':
          return { status: 'cancelled' }
        case 'leaseLost':
          return { status: 'leaseLost', cause: this.#aborted.cause ?? this.#aborted }
        case 'stopping':
          return await this.#release()
        case 'timedOut':
          return await this.#fail('error' in result ? result.error : undefined, this.#aborted.message)
      }
      if ('outputs' in result) return await this.#complete(result.outputs)
      if (result.error instanceof StartRefusedError) return await this.#handBack(result.error)
      return await this.#fail(result.error)
    } catch (error) {
      return outcomeOfRejection(error)
    }
  }

  async #complete(outputs: Outputs): Promise<AttemptOutcome> {
    try {
      await this.#repeat(() => this.#around.queue.complete(this.#leaseId, outputs))
      return { status: 'completed', outputs }
    } catch (error) {
      if (!QueueError.is(error, 'VALIDATION')) throw error
      return this.#storeFailure({ message: `the job's outputs cannot be stored: ${error.message}` }, false)
    }
  }

  #fail(error: unknown, message?: string): Promise<AttemptOutcome> {
    return this.#storeFailure(failureOf(error, message), message !== undefined || isRetryable(error))
  }

  async #storeFailure(failure: JobFailure, retryable: boolean): Promise<AttemptOutcome> {
    const result = await this.#repeat(() => this.#around.queue.fail(this.#leaseId, failure, { retryable }))
    return { status: 'failed', failure, ...result }
  }

  /** Lets another worker have the job, or this one later. */
  #handBack(error: StartRefusedError): Promise<AttemptOutcome> {
    this.#around.reporter.failed(`job "${this.claimed.job.jobId}" is handed back`, error)
    return this.#release()
  }

  async #release(): Promise<AttemptOutcome> {
    await this.#repeat(() => this.#around.queue.release(this.#leaseId))
    return { status: 'released' }
  }

  get #leaseId(): string {
    return this.claimed.lease.leaseId
  }

  #repeat<Result>(call: () => Promise<Result>): Promise<Result> {
    return settle(call, this.#kept, this.#around.givenUp)
  }
}
