import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import {
  type Backend,
  isFinalRunStatus,
  type JsonValue,
  parseId,
  parseInteger,
  parseLeaseTtl,
  type RunJob,
  type RunSummary,
  type TransactionOptions,
} from '@sluice/core'
import { advance } from '../run/advance.ts'
import { createRunState } from '../run/create-run-state.ts'
import { planRetry, type RetryOptions } from '../run/plan-retry.ts'
import { EnqueuerClosedError, RunError, UnknownJobError } from '../run/run-error.ts'
import { assertWorkflow } from '../validate-workflow.ts'
import type { Workflow } from '../workflow.ts'
import { ActiveDuties } from './active-duties.ts'
import { type EnqueuerClock, pause, processClock } from './enqueuer-clock.ts'
import { explainJob, snapshotOfJob } from './explain-job.ts'
import type { Explanation } from './explanation.ts'
import type { MonitorOptions } from './monitor-loop.ts'
import { parseRunId } from './queue-workflow-id.ts'
import type { RunKeeper } from './run-keeper.ts'
import { RunKeepers } from './run-keepers.ts'
import { type RunUpdate, RunWatch } from './run-watch.ts'
import { RunWatches } from './run-watches.ts'
import { SchedulingTurn } from './scheduling-turn.ts'
import { startRunWithin } from './start-run-within.ts'

/** How an enqueuer works. Times are milliseconds. */
export interface DependencyEnqueuerOptions<Transaction = never> {
  readonly backend: Backend<Transaction>
  /** Names this process among the schedulers of the store. Defaults to a name that no other has. */
  readonly owner?: string
  /** Take part in scheduling, as the active scheduler or a standby. Defaults to true; a process that only asks says false. */
  readonly schedule?: boolean
  /** For how long the active scheduler may be silent before a standby takes over. Defaults to 15 seconds. */
  readonly schedulingTtlMs?: number
  /** Between two comparisons of all runs with the queue, which catch what no event told. Defaults to 30 seconds. */
  readonly reconcileIntervalMs?: number
  /** Reaping and retention by the active scheduler; `false` leaves them to others. */
  readonly monitor?: MonitorOptions | false
  /** Where the time comes from. Defaults to the time of this process. */
  readonly clock?: EnqueuerClock
  /** Hears of what went wrong in the background, where it is tried again. Defaults to a warning of the process. */
  readonly onError?: (error: unknown) => void
}

/** How to start a run. */
export interface StartRunOptions<Transaction = never> extends TransactionOptions<Transaction> {
  /** Names the run, so that starting it twice starts it once. Defaults to a random id. */
  readonly runId?: string
}

/** Until when to wait. */
export interface WaitOptions {
  readonly signal?: AbortSignal
}

/** How often a process that is not the active scheduler looks at the runs that it watches. */
const POLL_INTERVAL_MS = 500

/**
 * Starts runs of workflows, and enqueues each job once what it needs has ended.
 *
 * Any number of processes may have one over the same backend: one of them is the active scheduler, the others stand by. Every call
 * works in every process. All state is in the backend: whatever a process leaves half done, the active scheduler completes.
 *
 * Calls reject with the `QueueError`s of the backend, and with `RunError`s.
 */
export class DependencyEnqueuer<Transaction = never> {
  readonly #backend: Backend<Transaction>
  readonly #clock: EnqueuerClock
  readonly #watches = new RunWatches()
  readonly #keepers: RunKeepers
  readonly #turn: SchedulingTurn | null
  readonly #newDuties: () => ActiveDuties
  readonly #closing = new AbortController()
  #duties: ActiveDuties | null = null
  #isListening: Promise<void> = Promise.resolve()
  #isStarted = false
  #starting: Promise<void> | null = null
  #isPolling = false
  #closed: Promise<void> | null = null

  /** @throws {ValidationError} */
  constructor(options: DependencyEnqueuerOptions<Transaction>) {
    const { backend, clock = processClock, monitor = {}, onError = warn } = options
    const owner = parseId(options.owner ?? `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`, 'owner')
    const ttlMs = parseLeaseTtl(options.schedulingTtlMs ?? 15_000, 'schedulingTtlMs')
    const reconcileIntervalMs = parseInteger(
      options.reconcileIntervalMs ?? 30_000,
      'reconcileIntervalMs',
      1,
      2 ** 31 - 1,
    )
    this.#backend = backend
    this.#clock = clock
    const context = { backend, clock, watches: this.#watches, signal: this.#closing.signal, onError }
    const keepers = new RunKeepers({ ...context, isScheduling: () => this.isScheduling })
    this.#keepers = keepers
    this.#newDuties = () => new ActiveDuties({ backend, keepers, clock, reconcileIntervalMs, monitor, onError })
    const { workflows } = backend
    const turn = { workflows, owner, ttlMs, clock, onGain: () => this.#onGain(), onLoss: () => this.#onLoss(), onError }
    this.#turn = options.schedule === false ? null : new SchedulingTurn(turn)
  }

  /** Whether this process is the active scheduler. */
  get isScheduling(): boolean {
    return this.#duties !== null
  }

  /**
   * Becomes the active scheduler, which resumes every run that has not ended, or a standby.
   *
   * Rejects where the store does not answer, and may then be called again.
   */
  async start(): Promise<void> {
    if (this.#closing.signal.aborted) throw new EnqueuerClosedError()
    if (this.#isStarted) return
    this.#starting ??= this.#begin().finally(() => {
      this.#starting = null
    })
    return this.#starting
  }

  /**
   * Stores a run of a workflow and hands its first jobs to the queue.
   *
   * A run of the same id stays as it is, whatever its workflow, and is returned. Once stored, a run needs nothing further of this
   * process: the active scheduler enqueues its jobs when the queue can be reached.
   *
   * With a `transaction` the run and its first jobs are there if and when the caller commits, and the active scheduler goes on from
   * there; where this rejects, the caller is to roll back.
   *
   * @throws {WorkflowDefinitionError}
   * @throws {ValidationError} for an id that is none, or a transaction that the backend cannot take part in.
   */
  async startRun(workflow: Workflow, options: StartRunOptions<Transaction> = {}): Promise<RunSummary> {
    this.#check()
    const runId = parseRunId(options.runId ?? randomUUID())
    assertWorkflow(workflow)
    const state = createRunState(workflow)
    const { jobs, counts } = state
    const run = { runId, name: workflow.name, definition: workflow as unknown as JsonValue, counts, jobs }
    const { transaction } = options
    if (transaction !== undefined) return startRunWithin(transaction, this.#backend, run, state)
    const { status } = await this.#backend.workflows.createRun(run)
    return this.#with(runId, (keeper) =>
      status === 'created' ? keeper.begin((state) => advance(state, [])) : keeper.catchUp(),
    )
  }

  /**
   * Ends everything in a run that has not ended as `cancelled`, also jobs with the condition `always`.
   *
   * Workers that run its jobs learn of it with their next call. A run that has ended stays as it is.
   *
   * @throws {RunNotFoundError}
   */
  async cancelRun(runId: string): Promise<RunSummary> {
    return this.#with(runId, (keeper) => keeper.settle([{ kind: 'cancelRun' }]))
  }

  /**
   * Ends one job as `cancelled`, which skips what needs its success. A job that has ended stays as it is.
   *
   * @throws {RunNotFoundError}
   * @throws {UnknownJobError}
   */
  async cancelJob(runId: string, jobId: string): Promise<RunJob> {
    return this.#with(runId, async (keeper) => {
      jobOf(keeper, jobId)
      await keeper.settle([{ kind: 'cancelJob', jobId }])
      return jobOf(keeper, jobId)
    })
  }

  /**
   * Begins a new attempt of a run that has ended: what failed or was cancelled and what that had skipped, or everything from one job
   * on. The rest keeps its outputs.
   *
   * @throws {RunNotFoundError}
   * @throws {RunNotFinishedError}
   * @throws {UnknownJobError}
   * @throws {NothingToRetryError}
   */
  async retryRun(runId: string, options: RetryOptions = {}): Promise<RunSummary> {
    return this.#with(runId, (keeper) => keeper.begin((state) => planRetry(state, options)))
  }

  /**
   * Resolves when the run has ended. Rejects with the signal's reason when that aborts.
   *
   * @throws {RunNotFoundError}
   */
  async waitForRun(runId: string, { signal }: WaitOptions = {}): Promise<RunSummary> {
    this.#check()
    signal?.throwIfAborted()
    for await (const { run } of this.#watch(runId, signal, false)) if (isFinalRunStatus(run.status)) return run
    throw signal?.reason ?? new EnqueuerClosedError()
  }

  /**
   * Yields what changes in a run, beginning with all of its jobs, until it has ended or the signal aborts.
   *
   * A slow reader gets several changes in one update. Its iteration rejects with `RunNotFoundError` where there is no such run.
   */
  watchRun(runId: string, { signal }: WaitOptions = {}): AsyncIterable<RunUpdate> {
    this.#check()
    return this.#watch(runId, signal, true)
  }

  /**
   * Tells why a job does not run, or what became of it.
   *
   * @throws {RunNotFoundError}
   * @throws {UnknownJobError}
   */
  async explain(runId: string, jobId: string): Promise<Explanation> {
    const snapshot = await this.#with(runId, (keeper) => {
      jobOf(keeper, jobId)
      return snapshotOfJob(keeper.ledger, jobId)
    })
    return explainJob(this.#backend, snapshot)
  }

  /** Hands scheduling over to a standby and stops, once what is under way is done; jobs go on. A second call does nothing. */
  async close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#closing.abort()
    this.#duties?.stop()
    this.#watches.failAll(new EnqueuerClosedError())
    await this.#keepers.close()
    await this.#turn?.end()
    this.#duties = null
  }

  async #begin(): Promise<void> {
    await this.#turn?.start()
    this.#isStarted = true
    await this.#isListening
    if (this.#closing.signal.aborted) throw new EnqueuerClosedError()
  }

  #onGain(): void {
    // Whoever closes has stopped its duties already.
    if (this.#closing.signal.aborted) return
    this.#duties = this.#newDuties()
    this.#isListening = this.#duties.start()
  }

  #onLoss(): void {
    this.#duties?.stop()
    this.#duties = null
    this.#keepers.release()
    void this.#poll()
  }

  async #with<Result>(runId: string, call: (keeper: RunKeeper) => Result | Promise<Result>): Promise<Result> {
    this.#check()
    // What is no id is no run that could be loaded later.
    const keeper = this.#keepers.of(parseId(runId, 'runId'))
    return keeper.do(() => call(keeper))
  }

  #watch(runId: string, signal: AbortSignal | undefined, withJobs: boolean): RunWatch {
    const open = (watch: RunWatch) =>
      this.#with(runId, ({ ledger }) => {
        if (watch.isClosed) return
        this.#watches.add(runId, watch)
        watch.push(ledger.state.jobs, ledger.summary)
        void this.#poll()
      })
    const onClose = (watch: RunWatch) => {
      this.#watches.remove(runId, watch)
      this.#keepers.unwatch(runId)
    }
    return new RunWatch({ open, onClose, signal, withJobs })
  }

  /** Looks at the watched runs now and then for as long as somebody else schedules them. */
  async #poll(): Promise<void> {
    if (this.#isPolling) return
    this.#isPolling = true
    const { signal } = this.#closing
    const isNeeded = () => !this.isScheduling && !this.#watches.isEmpty && !signal.aborted
    while (isNeeded()) {
      await pause(this.#clock, POLL_INTERVAL_MS, signal)
      if (!isNeeded()) break
      const looks = this.#watches.runIds.map((runId) => this.#keepers.of(runId).do(() => {}))
      await Promise.allSettled(looks)
    }
    this.#isPolling = false
  }

  #check(): void {
    if (this.#closing.signal.aborted) throw new EnqueuerClosedError()
    if (!this.#isStarted)
      throw new RunError('ENQUEUER_NOT_STARTED', 'the enqueuer is not started; await its start() first')
  }
}

function jobOf({ ledger }: RunKeeper, jobId: string): RunJob {
  const { graph, jobs } = ledger.state
  const index = graph.indexById.get(jobId)
  if (index === undefined) throw new UnknownJobError(jobId, [...graph.indexById.keys()])
  return jobs[index] as RunJob
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}
