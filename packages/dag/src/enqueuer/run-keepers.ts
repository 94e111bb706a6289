import type { QueueEvent } from '@sluice/core'
import { parseQueueWorkflowId } from './queue-workflow-id.ts'
import { type KeeperContext, RunKeeper } from './run-keeper.ts'

/** Runs whose events are known to be of no interest, at the most; the oldest are looked up again when they are heard of. */
const SETTLED_LIMIT = 10_000

/** The keepers of the runs that this process works on: as the active scheduler all that run, else only while it is asked. */
export class RunKeepers {
  readonly #context: KeeperContext
  readonly #keepers = new Map<string, RunKeeper>()
  /** Up to which attempt events of a run say nothing new: it has ended, or, with infinity, is not stored. */
  readonly #settled = new Map<string, number>()

  constructor(context: Omit<KeeperContext, 'onIdle'>) {
    this.#context = { ...context, onIdle: (keeper) => this.#onIdle(keeper) }
  }

  get runIds(): readonly string[] {
    return [...this.#keepers.keys()]
  }

  /** The keeper of a run. To be used at once: it is let go when it has nothing to do. */
  of(runId: string): RunKeeper {
    let keeper = this.#keepers.get(runId)
    if (keeper === undefined) {
      keeper = new RunKeeper(runId, this.#context)
      this.#keepers.set(runId, keeper)
    }
    return keeper
  }

  /** Passes an event on to the keeper of its run. */
  hear(event: Exclude<QueueEvent, { readonly kind: 'gap' }>): void {
    const { runId, attempt } = parseQueueWorkflowId(event.workflowId)
    const isKept = this.#keepers.has(runId)
    if (isKept || attempt > (this.#settled.get(runId) ?? 0)) this.of(runId).hint(event, attempt)
  }

  /** Lets go what only the active scheduler keeps. */
  release(): void {
    for (const keeper of this.#keepers.values()) if (!keeper.isBusy) this.#onIdle(keeper)
  }

  /** Lets a run go that nobody watches any more, if it has nothing to do. */
  unwatch(runId: string): void {
    const keeper = this.#keepers.get(runId)
    if (keeper && !keeper.isBusy) this.#onIdle(keeper)
  }

  /** Resolves when nothing is under way. */
  async close(): Promise<void> {
    const keepers = [...this.#keepers.values()]
    for (const keeper of keepers) keeper.dispose()
    await Promise.all(keepers.map((keeper) => keeper.idle()))
  }

  #onIdle(keeper: RunKeeper): void {
    const { runId, ledger, isGone } = keeper
    const { watches, isScheduling } = this.#context
    if (isGone) this.#settle(runId, Number.POSITIVE_INFINITY)
    else if (ledger.isFinal) this.#settle(runId, ledger.state.attempt)
    else if (isScheduling() || watches.has(runId)) return
    keeper.dispose()
    this.#keepers.delete(runId)
  }

  #settle(runId: string, attempt: number): void {
    this.#settled.delete(runId)
    this.#settled.set(runId, attempt)
    if (this.#settled.size <= SETTLED_LIMIT) return
    for (const oldest of this.#settled.keys()) {
      this.#settled.delete(oldest)
      return
    }
  }
}
