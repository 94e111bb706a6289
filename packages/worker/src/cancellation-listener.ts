import { QueueError } from '@sluice/core'
import { jobKey } from './attempt-pool.ts'
import { OutageBackoff } from './outage-backoff.ts'
import { pause } from './timer.ts'
import type { CancellationStream, WorkerQueue } from './worker-backend.ts'
import type { Reporter } from './worker-hooks.ts'

const REMEMBERED = 1000

/** What to do about what was heard. */
export interface CancellationListenerOptions {
  readonly queue: WorkerQueue
  readonly reporter: Reporter
  /** A job was cancelled, perhaps one that runs here; `key` is its `jobKey`. */
  onCancelled(key: string): void
  /** Cancellations may have been missed. */
  onGap(): void
}

/**
 * Hears of cancellations as they happen, so that work stops within milliseconds and not only at the next renewal.
 *
 * Remembers the latest ones, for the jobs that a claim still brings after they were cancelled.
 */
export class CancellationListener {
  readonly #options: CancellationListenerOptions
  readonly #stopped = new AbortController()
  readonly #recent = new Set<string>()
  #subscription: CancellationStream | undefined

  constructor(options: CancellationListenerOptions) {
    this.#options = options
  }

  /** Listens until stopped or the queue is closed. Never rejects. */
  async run(): Promise<void> {
    const { signal } = this.#stopped
    const backoff = new OutageBackoff(100, 5000)
    while (!signal.aborted) {
      try {
        await this.#listen(() => backoff.reset())
      } catch (error) {
        if (QueueError.is(error, 'QUEUE_CLOSED') || signal.aborted) return
        this.#options.reporter.failed('does not hear of cancellations; renewals notice them until it does', error)
      }
      await pause(backoff.nextDelayMs(), signal)
    }
  }

  /** Ends the subscription. */
  stop(): void {
    this.#stopped.abort()
    this.#subscription?.close()
  }

  /** Tells whether the job was cancelled a short while ago, before it was known here. */
  hasHeardOf(key: string): boolean {
    return this.#recent.size > 0 && this.#recent.has(key)
  }

  async #listen(onLive: () => void): Promise<void> {
    const subscription = await this.#options.queue.subscribe({ kinds: ['cancelled'] })
    if (this.#stopped.signal.aborted) return subscription.close()
    this.#subscription = subscription
    onLive()
    this.#options.onGap()
    for await (const event of subscription) {
      if ('jobId' in event) this.#hear(jobKey(event))
      else this.#options.onGap()
    }
  }

  #hear(key: string): void {
    if (this.#recent.size >= REMEMBERED) this.#recent.delete(this.#recent.values().next().value as string)
    this.#recent.add(key)
    this.#options.onCancelled(key)
  }
}
