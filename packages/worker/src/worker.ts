import { hostname } from 'node:os'
import type { JobRef } from '@sluice/core'
import { AttemptAbortedError } from './attempt-aborted-error.ts'
import { AttemptPool } from './attempt-pool.ts'
import { CancellationListener } from './cancellation-listener.ts'
import { ClaimLoop } from './claim-loop.ts'
import { LeaseKeeper } from './lease-keeper.ts'
import { Presence } from './presence.ts'
import { pause, startTimer } from './timer.ts'
import { Reporter } from './worker-hooks.ts'
import { parseWorkerOptions, type ValidWorkerOptions, type WorkerOptions } from './worker-options.ts'

const DEFAULT_STOP_DEADLINE_MS = 30_000
const SETTLE_MS = 10_000
const FAREWELL_MS = 3000

/** How to stop a worker. */
export interface StopOptions {
  /** How long running jobs may go on; then they are stopped and handed back. Defaults to 30,000 ms; `Infinity` waits for all. */
  readonly deadlineMs?: number
}

/** What a worker left undone when it stopped. */
export interface StopReport {
  /** Handed back, without using an attempt. */
  readonly released: readonly JobRef[]
  /** Not handed back because the store did not answer, or still running because their handler ignores its signal. */
  readonly abandoned: readonly JobRef[]
}

/** Claims jobs and runs them, until it is stopped or its queue is closed. A worker that runs keeps the process alive. */
export interface Worker extends AsyncDisposable {
  readonly workerId: string
  /** The jobs that it runs now. */
  readonly running: readonly JobRef[]
  /** Resolves when the worker has stopped; never rejects. */
  readonly closed: Promise<StopReport>

  /** Begins to claim. A second call does nothing; a worker that was stopped does not start again. */
  start(): void

  /** Starts, and resolves when the worker has stopped. */
  run(): Promise<StopReport>

  /**
   * Claims nothing more, lets running jobs finish until the deadline, then stops them and hands them back without using an attempt.
   *
   * Resolves in any case: a little after the deadline and the grace at the latest. A further call can only bring the deadline
   * forward. Never rejects.
   */
  stop(options?: StopOptions): Promise<StopReport>
}

/**
 * Makes a worker. It does nothing until it is started.
 *
 * @throws {ValidationError} naming the option at fault.
 */
export function createWorker(options: WorkerOptions): Worker {
  return new QueueWorker(parseWorkerOptions(options))
}

class QueueWorker implements Worker {
  readonly workerId: string
  readonly closed: Promise<StopReport>
  readonly #resolveClosed: (report: StopReport) => void
  readonly #options: ValidWorkerOptions
  readonly #keeper: LeaseKeeper
  readonly #pool: AttemptPool
  readonly #claims: ClaimLoop
  readonly #cancellations: CancellationListener
  readonly #presence: Presence
  readonly #givenUp = new AbortController()
  #claiming: Promise<void> | undefined
  #isStopping = false
  #deadlineAt = Number.POSITIVE_INFINITY
  #cancelTimer = () => {}

  constructor(options: ValidWorkerOptions) {
    const { backend, labels, concurrency, workerId, leaseTtlMs, heartbeatMs, runner } = options
    const { queue, logs, workers } = backend
    const { promise, resolve } = Promise.withResolvers<StopReport>()
    const reporter = new Reporter(options.hooks)
    const keeper = new LeaseKeeper(queue, leaseTtlMs, reporter)
    const pool = new AttemptPool({ queue, logs, runner, keeper, reporter, workerId, givenUp: this.#givenUp.signal })
    const cancellations = new CancellationListener({
      queue,
      reporter,
      onCancelled: (key) => pool.abort(key, new AttemptAbortedError('cancelled', 'the job was cancelled')),
      onGap: () => keeper.checkAll(),
    })
    this.closed = promise
    this.#resolveClosed = resolve
    this.workerId = workerId
    this.#options = options
    this.#keeper = keeper
    this.#pool = pool
    this.#cancellations = cancellations
    this.#claims = new ClaimLoop({
      queue,
      workerId,
      labels,
      leaseTtlMs,
      concurrency,
      reporter,
      start: (claimed) => pool.run(claimed, (key) => cancellations.hasHeardOf(key)),
      refuse: (claimed) => pool.refuse(claimed),
    })
    const info = { workerId, labels, concurrency, offlineAfterMs: heartbeatMs * 3, host: hostname(), pid: process.pid }
    this.#presence = new Presence(workers, info, () => pool.running, reporter)
  }

  get running(): readonly JobRef[] {
    return this.#pool.running
  }

  start(): void {
    if (this.#claiming || this.#isStopping) return
    this.#presence.start(this.#options.heartbeatMs)
    void this.#cancellations.run()
    this.#claiming = this.#claims.run().then((wasStopped) => {
      if (!wasStopped) void this.stop({ deadlineMs: 0 })
    })
  }

  run(): Promise<StopReport> {
    this.start()
    return this.closed
  }

  stop({ deadlineMs = DEFAULT_STOP_DEADLINE_MS }: StopOptions = {}): Promise<StopReport> {
    if (!this.#isStopping) {
      this.#isStopping = true
      this.#pool.close()
      this.#claims.stop()
      void this.#shutDown()
    }
    const deadlineAt = performance.now() + deadlineMs
    if (deadlineAt < this.#deadlineAt) {
      this.#deadlineAt = deadlineAt
      this.#cancelTimer()
      this.#cancelTimer = startTimer(deadlineMs, () => this.#endWork())
    }
    return this.closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #shutDown(): Promise<void> {
    const everythingEnded = Promise.all([this.#claiming, this.#pool.whenIdle()])
    await Promise.race([everythingEnded, aborted(this.#givenUp.signal)])
    this.#cancelTimer()
    this.#deadlineAt = Number.NEGATIVE_INFINITY
    this.#givenUp.abort()
    this.#keeper.close()
    this.#cancellations.stop()
    await this.#bidFarewell()
    const { released, abandoned } = this.#pool
    this.#resolveClosed({ released, abandoned })
  }

  /** The deadline has passed: stops the work, and gives up on all that does not end in time. */
  #endWork(): void {
    this.#pool.abortAll(new AttemptAbortedError('stopping', 'the worker stops and hands the job back'))
    const patienceMs = this.#options.runner.stopWithinMs + SETTLE_MS
    this.#cancelTimer = startTimer(patienceMs, () => this.#givenUp.abort())
  }

  async #bidFarewell(): Promise<void> {
    const done = new AbortController()
    await Promise.race([this.#presence.stop(), pause(FAREWELL_MS, done.signal)])
    done.abort()
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
