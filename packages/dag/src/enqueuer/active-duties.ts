import type { Backend, EventSubscription, JobEventKind, RunSummary } from '@sluice/core'
import { type EnqueuerClock, pause } from './enqueuer-clock.ts'
import { inParallel } from './in-parallel.ts'
import { type MonitorOptions, runMonitor } from './monitor-loop.ts'
import type { RunKeepers } from './run-keepers.ts'

/** What the duties need. */
export interface ActiveDutiesOptions {
  readonly backend: Backend
  readonly keepers: RunKeepers
  readonly clock: EnqueuerClock
  readonly reconcileIntervalMs: number
  readonly monitor: MonitorOptions | false
  readonly onError: (error: unknown) => void
}

const KINDS: readonly JobEventKind[] = ['started', 'completed', 'failed', 'cancelled', 'leaseExpired']
const BUFFER_LIMIT = 100_000
const PAGE_SIZE = 1000
const RECONCILED_AT_ONCE = 8
const RESUBSCRIBE_DELAY_MS = 1000

/** What the active scheduler does until it is stopped: it listens, looks at every run now and then, and monitors the store. */
export class ActiveDuties {
  readonly #options: ActiveDutiesOptions
  readonly #stopped = new AbortController()
  #nudge = new AbortController()

  constructor(options: ActiveDutiesOptions) {
    // A call that is under way when the duties end finds its backend closed, which is no news.
    const onError = (error: unknown) => this.#stopped.signal.aborted || options.onError(error)
    this.#options = { ...options, onError }
  }

  /** Resolves when events are heard, or could not be for now. */
  async start(): Promise<void> {
    const { backend, clock, monitor, onError } = this.#options
    const { signal } = this.#stopped
    if (monitor !== false) void runMonitor(backend, monitor, { clock, signal, onError })
    const subscription = await this.#subscribe()
    void this.#listen(subscription)
    void this.#lookNowAndThen()
  }

  stop(): void {
    this.#stopped.abort()
  }

  async #subscribe(): Promise<EventSubscription | null> {
    const { signal } = this.#stopped
    if (signal.aborted) return null
    try {
      const subscription = await this.#options.backend.queue.subscribe({ kinds: KINDS, bufferLimit: BUFFER_LIMIT })
      signal.addEventListener('abort', () => subscription.close())
      if (signal.aborted) subscription.close()
      return subscription
    } catch (error) {
      this.#options.onError(error)
      return null
    }
  }

  async #listen(first: EventSubscription | null): Promise<void> {
    const { keepers, clock, onError } = this.#options
    const { signal } = this.#stopped
    for (let subscription = first; !signal.aborted; subscription = await this.#subscribe()) {
      // What happened without a subscription was not heard.
      if (subscription !== first) this.#nudge.abort()
      try {
        for await (const event of subscription ?? []) {
          if (event.kind === 'gap') this.#nudge.abort()
          else keepers.hear(event)
        }
      } catch (error) {
        onError(error)
      }
      await pause(clock, RESUBSCRIBE_DELAY_MS, signal)
    }
  }

  async #lookNowAndThen(): Promise<void> {
    const { clock, reconcileIntervalMs, onError } = this.#options
    const { signal } = this.#stopped
    while (!signal.aborted) {
      this.#nudge = new AbortController()
      await this.#look().catch(onError)
      await pause(clock, reconcileIntervalMs, AbortSignal.any([signal, this.#nudge.signal]))
    }
  }

  /** Compares every run that is, or was, running with the queue. */
  async #look(): Promise<void> {
    const { keepers } = this.#options
    const running = await this.#runningRuns()
    const runIds = [...new Set([...running.keys(), ...keepers.runIds])]
    await inParallel(runIds, RECONCILED_AT_ONCE, async (runId) => {
      if (this.#stopped.signal.aborted) return
      // The keeper itself reports what goes wrong, and tries again.
      await keepers
        .of(runId)
        .reconcile(running.get(runId) ?? null)
        .catch(() => {})
    })
  }

  async #runningRuns(): Promise<Map<string, RunSummary>> {
    const { workflows } = this.#options.backend
    const runs = new Map<string, RunSummary>()
    let cursor: string | undefined
    do {
      const next = cursor === undefined ? {} : { cursor }
      const page = await workflows.listRuns({ statuses: ['running'], limit: PAGE_SIZE, ...next })
      for (const run of page.runs) runs.set(run.runId, run)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    return runs
  }
}
