import { isDeepStrictEqual } from 'node:util'
import {
  isFinalRunStatus,
  QueueError,
  type RunJob,
  RunNotFoundError,
  type RunSummary,
  type WorkflowStore,
} from '@sluice/core'
import { restoreRunState } from '../run/create-run-state.ts'
import type { RunState } from '../run/run-state.ts'
import { applyTransition, hasChanges, type RunTransition, runChanges } from '../run/run-transition.ts'
import type { Workflow } from '../workflow.ts'
import { queueWorkflowId } from './queue-workflow-id.ts'
import type { RunWatches } from './run-watches.ts'

interface LedgerEntry {
  readonly state: RunState
  readonly name: string
  readonly createdAt: number
  finishedAt: number | undefined
  version: number
}

/** A run as this process knows it, changed only together with the store; those who watch it hear of each change. */
export class RunLedger {
  readonly runId: string
  readonly #workflows: WorkflowStore
  readonly #watches: RunWatches
  #entry: LedgerEntry | null = null
  /** A change that those who watch the run have not heard of. */
  #isUnpublished = false

  constructor(runId: string, workflows: WorkflowStore, watches: RunWatches) {
    this.runId = runId
    this.#workflows = workflows
    this.#watches = watches
  }

  get isLoaded(): boolean {
    return this.#entry !== null
  }

  get isFinal(): boolean {
    return this.#entry !== null && isFinalRunStatus(this.#entry.state.status)
  }

  /** Only once loaded, like all that follows. */
  get state(): RunState {
    return this.#loaded().state
  }

  get workflowId(): string {
    return queueWorkflowId({ runId: this.runId, attempt: this.state.attempt })
  }

  get summary(): RunSummary {
    const { state, name, version, createdAt, finishedAt } = this.#loaded()
    const { status, attempt, counts } = state
    const base = { runId: this.runId, name, status, attempt, counts, version, createdAt }
    return finishedAt === undefined ? base : { ...base, finishedAt }
  }

  /** Reads the run from the store. */
  async load(): Promise<void> {
    const loaded = await this.#workflows.loadRun(this.runId)
    if (loaded === null) throw new RunNotFoundError(this.runId)
    const { run, jobs } = loaded
    const before = this.#entry?.state
    const state = before
      ? restoreRunState(before.graph.workflow, jobs, run, before.graph)
      : restoreRunState(run.definition as unknown as Workflow, jobs, run)
    const { name, createdAt, finishedAt, version } = run
    this.#entry = { state, name, createdAt, finishedAt, version }
    const isKnown = before !== undefined && !this.#isUnpublished
    if (this.#watches.has(this.runId)) this.#publish(isKnown ? changedJobs(before.jobs, state.jobs) : state.jobs)
  }

  /** Tells whether a summary, as listed, is of the state that this process knows. */
  matches({ version }: RunSummary): boolean {
    return version === this.#entry?.version
  }

  /** Reads the run from the store if somebody changed it. */
  async refresh(): Promise<void> {
    const run = await this.#workflows.getRun(this.runId)
    if (run === null) throw new RunNotFoundError(this.runId)
    if (run.version !== this.#entry?.version) await this.load()
  }

  /**
   * Commits what `plan` makes of the state, then changes the state.
   *
   * Loads the run and plans again for as long as somebody else was quicker, or once if the state proves to be behind the queue.
   */
  async commit(plan: (state: RunState) => RunTransition): Promise<RunTransition> {
    for (let isFresh = false; ; isFresh = true) {
      const entry = this.#loaded()
      const transition = plan(entry.state)
      if (transition.isBehind && !isFresh) {
        await this.load()
        continue
      }
      if (!hasChanges(transition)) return transition
      try {
        entry.version = await this.#workflows.commitRun(this.runId, entry.version, runChanges(transition))
      } catch (error) {
        if (!QueueError.is(error, 'RUN_CONFLICT')) throw error
        await this.load()
        continue
      }
      applyTransition(entry.state, transition)
      this.#isUnpublished = true
      entry.finishedAt = this.isFinal ? (await this.#workflows.getRun(this.runId))?.finishedAt : undefined
      this.#publish(transition.jobs)
      return transition
    }
  }

  #publish(jobs: readonly RunJob[]): void {
    this.#isUnpublished = false
    if (this.#watches.has(this.runId)) this.#watches.publish(this.runId, jobs, this.summary)
  }

  #loaded(): LedgerEntry {
    if (this.#entry === null) throw new TypeError(`run "${this.runId}" is not loaded`)
    return this.#entry
  }
}

function changedJobs(before: readonly RunJob[], after: readonly RunJob[]): RunJob[] {
  return after.filter((job, index) => job !== before[index] && !isDeepStrictEqual(job, before[index]))
}
