import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Backend, isFinalRunJobState, QueueError, type RunJob, type RunSummary } from '@sluice/core'
import { advance } from '../run/advance.ts'
import type { JobOutcome } from '../run/job-outcome.ts'
import { EnqueuerClosedError, RunError } from '../run/run-error.ts'
import type { RunState } from '../run/run-state.ts'
import type { RunTransition } from '../run/run-transition.ts'
import { type EnqueuerClock, pause } from './enqueuer-clock.ts'
import { type JobHint, JobHints } from './job-hints.ts'
import { cancelJobs, enqueueJobs, type RunInput } from './queue-dispatch.ts'
import { compareWithQueue, type JobEvent, outcomeOfEvent, readOutcomes } from './queue-outcomes.ts'
import { RunLedger } from './run-ledger.ts'
import type { RunWatches } from './run-watches.ts'

/** What the keepers of all runs share. */
export interface KeeperContext {
  readonly backend: Backend
  readonly clock: EnqueuerClock
  readonly watches: RunWatches
  /** Aborts when the enqueuer closes. */
  readonly signal: AbortSignal
  /** Tells whether this process is the active scheduler: only it follows events. */
  readonly isScheduling: () => boolean
  readonly onError: (error: unknown) => void
  /** Is called when the keeper has nothing left to do. */
  readonly onIdle: (keeper: RunKeeper) => void
}

interface PendingCall {
  readonly run: () => Promise<void>
  readonly reject: (error: unknown) => void
}

/** Jobs in one commit, at the most, that ended. */
const BATCH_SIZE = 1000

/** How long news that release no job may wait for company, in milliseconds. */
const DISPLAY_DELAY_MS = 100

const FIRST_BACKOFF_MS = 100
const LONGEST_BACKOFF_MS = 5000

/**
 * Keeps one run in step with the queue and the store, one change at a time.
 *
 * Events only say where to look. Whenever something goes wrong on the way, the run is loaded and compared with the queue anew, so that
 * no state between two calls needs mending of its own.
 */
export class RunKeeper {
  readonly ledger: RunLedger
  readonly #context: KeeperContext
  readonly #hints = new JobHints()
  #calls: PendingCall[] = []
  #mustLoad = true
  #mustReconcile = false
  #isDisplayDue = false
  #cancelDisplayTimer: (() => void) | null = null
  #failures = 0
  #isGone = false
  #working: Promise<void> | null = null

  constructor(runId: string, context: KeeperContext) {
    this.#context = context
    this.ledger = new RunLedger(runId, context.backend.workflows, context.watches)
  }

  get runId(): string {
    return this.ledger.runId
  }

  /** The store does not have the run. */
  get isGone(): boolean {
    return this.#isGone
  }

  get isBusy(): boolean {
    return this.#working !== null
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#working
  }

  /** Notes an event of an attempt of the run. */
  hint(event: JobEvent, attempt: number): void {
    if (this.#hints.add(event, attempt)) this.#wake()
    else {
      this.#cancelDisplayTimer ??= this.#context.clock.setTimeout(() => {
        this.#isDisplayDue = true
        this.#wake()
      }, DISPLAY_DELAY_MS)
    }
  }

  /** Compares the run with the queue, and with its summary in the store's list of running runs; `null` where it is not there. */
  reconcile(listed: RunSummary | null): Promise<void> {
    if (this.ledger.isLoaded) this.#mustLoad ||= listed === null || !this.ledger.matches(listed)
    this.#mustReconcile = true
    return this.do(() => {})
  }

  /** Calls back with the run loaded, while nothing else changes it. Rejects with what the call throws. */
  do<Result>(call: () => Result | Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const run = async () => {
        try {
          resolve(await call())
        } catch (error) {
          reject(error)
          if (!RunError.is(error)) throw error
        }
      }
      this.#calls.push({ run, reject })
      this.#wake()
    })
  }

  /**
   * Commits how a run begins, or begins anew, and hands it to the queue.
   *
   * Once committed, it has begun: where the queue cannot take the jobs now, it gets them later.
   */
  async begin(plan: (state: RunState) => RunTransition): Promise<RunSummary> {
    await this.ledger.commit(plan)
    try {
      const queued = this.ledger.state.jobs.filter((job) => job.state === 'queued').map((job) => job.jobId)
      await this.settle(await this.#enqueue(queued))
    } catch (error) {
      if (!QueueError.is(error, 'BACKEND_UNAVAILABLE') && !QueueError.is(error, 'CAPACITY_EXCEEDED')) throw error
      this.#context.onError(error)
      this.#mustLoad = this.#mustReconcile = true
    }
    return this.ledger.summary
  }

  /** Compares the run with the queue at once, and does what follows. */
  async catchUp(): Promise<RunSummary> {
    return this.settle(await this.#compare())
  }

  /** Commits what follows from inputs, and does it, until nothing follows any more. */
  async settle(inputs: readonly RunInput[]): Promise<RunSummary> {
    for (let next = inputs; ; ) {
      const taken = next
      next = await this.#act(await this.ledger.commit((state) => advance(state, taken)))
      if (next.length === 0) return this.ledger.summary
    }
  }

  /** Frees its timer; for a keeper that is no longer needed. */
  dispose(): void {
    this.#clearDisplayTimer()
  }

  #wake(): void {
    this.#working ??= this.#work().finally(() => {
      this.#working = null
      if (this.#hasWork() && !this.#context.signal.aborted) this.#wake()
      else this.#context.onIdle(this)
    })
  }

  async #work(): Promise<void> {
    const { signal } = this.#context
    do {
      // Everything that happens in one turn of the event loop goes into one commit.
      await nextTurn()
      if (!signal.aborted) await this.#turn()
    } while (this.#hasWork() && !signal.aborted)
    if (signal.aborted) this.#rejectCalls(new EnqueuerClosedError())
  }

  #hasWork(): boolean {
    if (this.#calls.length > 0) return true
    if (!this.#context.isScheduling() || this.#isGone) return false
    return this.#hints.haveEnded || this.#isDisplayDue || this.#mustReconcile
  }

  async #turn(): Promise<void> {
    try {
      if (this.#mustLoad) await this.ledger.load()
      else if (!this.#context.isScheduling()) await this.ledger.refresh()
      this.#mustLoad = this.#isGone = false
      if (this.#context.isScheduling()) await this.#keepUp()
      while (this.#calls.length > 0) await this.#calls.shift()?.run()
      this.#failures = 0
    } catch (error) {
      await this.#recover(error)
    }
  }

  async #keepUp(): Promise<void> {
    const mustCompare = this.#mustReconcile
    this.#mustReconcile = false
    const missed = mustCompare ? await this.#compare() : []
    const heard = await this.#hear()
    if (mustCompare || heard.length > 0) await this.settle([...missed, ...heard])
  }

  async #recover(error: unknown): Promise<void> {
    this.#rejectCalls(error)
    if (QueueError.is(error, 'RUN_NOT_FOUND')) {
      this.#forget()
      this.#isGone = true
      this.#context.watches.fail(this.runId, error)
      return
    }
    this.#context.onError(error)
    this.#mustLoad = true
    if (QueueError.is(error, 'QUEUE_CLOSED')) return this.#forget()
    if (!this.#context.isScheduling()) return
    this.#mustReconcile = true
    const backoffMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.#failures++)
    await pause(this.#context.clock, backoffMs, this.#context.signal)
  }

  /** Turns what was heard into outcomes, reading the truth about all that is said to have ended. */
  async #hear(): Promise<JobOutcome[]> {
    const { ledger } = this
    this.#clearDisplayTimer()
    const moved = this.#hints.takeMoved()
    const ended = this.#hints.takeEnded(BATCH_SIZE)
    if ([...moved, ...ended].some(({ attempt }) => attempt > ledger.state.attempt)) await ledger.load()
    const { state, workflowId } = ledger
    const current = (hint: JobHint) => hint.attempt === state.attempt && isUnfinished(state, hint.event.jobId)
    const jobIds = ended.filter(current).map(({ event }) => event.jobId)
    const truths = await readOutcomes(this.#context.backend.queue, workflowId, jobIds, state.attempt)
    const outcomes: JobOutcome[] = []
    for (const hint of [...moved, ...ended]) {
      if (!current(hint)) continue
      const outcome = truths.get(hint.event.jobId) ?? outcomeOfEvent(hint.event, hint.attempt)
      if (outcome) outcomes.push(outcome)
    }
    return outcomes
  }

  /** Compares with the queue, repeats what a crash may have left undone there, and returns what the state does not know. */
  async #compare(): Promise<RunInput[]> {
    const { queue } = this.#context.backend
    const { state, workflowId, isFinal } = this.ledger
    if (isFinal) return []
    const marks = new Map<string, 'failFast' | 'runCancelled'>()
    for (const job of state.jobs) {
      if (isFinalRunJobState(job.state) || job.reason === undefined) continue
      marks.set(job.jobId, job.reason.kind === 'runCancelled' ? 'runCancelled' : 'failFast')
    }
    const isRunCancelled = [...marks.values()].includes('runCancelled')
    if (isRunCancelled) await queue.cancelWorkflow(workflowId)
    const { outcomes, unknown, alive } = await compareWithQueue(queue, workflowId, state)
    const toCancel = [...alive, ...unknown.filter((jobId) => marks.get(jobId) === 'failFast')]
    const cancelled = unknown.filter((jobId) => marks.get(jobId) === 'runCancelled')
    return [
      ...outcomes,
      ...cancelled.map((jobId): JobOutcome => ({ kind: 'cancelled', jobId, runAttempt: state.attempt, attempt: 0 })),
      ...(await this.#enqueue(unknown.filter((jobId) => !marks.has(jobId)))),
      ...(await cancelJobs(queue, workflowId, state, toCancel)),
    ]
  }

  async #act({ toEnqueue, toCancel, cancelsWorkflow }: RunTransition): Promise<RunInput[]> {
    const { state, workflowId } = this.ledger
    const refused = await this.#enqueue(toEnqueue)
    const cancelled = await cancelJobs(this.#context.backend.queue, workflowId, state, toCancel)
    return [...refused, ...cancelled, ...(cancelsWorkflow ? await this.#compare() : [])]
  }

  #enqueue(jobIds: readonly string[]): Promise<RunInput[]> {
    const { state, workflowId } = this.ledger
    return enqueueJobs(this.#context.backend.queue, workflowId, state, jobIds)
  }

  #rejectCalls(error: unknown): void {
    for (const call of this.#calls.splice(0)) call.reject(error)
  }

  #forget(): void {
    this.dispose()
    this.#hints.clear()
    this.#mustReconcile = false
  }

  #clearDisplayTimer(): void {
    this.#isDisplayDue = false
    this.#cancelDisplayTimer?.()
    this.#cancelDisplayTimer = null
  }
}

function isUnfinished({ graph, jobs }: RunState, jobId: string): boolean {
  const index = graph.indexById.get(jobId)
  return index !== undefined && !isFinalRunJobState((jobs[index] as RunJob).state)
}
