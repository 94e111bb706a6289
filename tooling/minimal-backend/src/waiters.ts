import type { Clock } from './clock.ts'

/**
 * Where calls wait that found nothing. What wakes them tells them nothing: they look again.
 *
 * A caller must not await anything between its look and its wait, or a wake-up in between is lost.
 */
export class Waiters {
  readonly #clock: Clock
  readonly #wakes = new Set<() => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves with the next wake-up, when `signal` aborts, or at a time on the store's clock, whichever comes first. */
  wait(signal: AbortSignal | undefined, untilAt?: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#wakes.delete(wake)
        signal?.removeEventListener('abort', wake)
        cancelTimer?.()
        resolve()
      }
      const cancelTimer =
        untilAt === undefined ? undefined : this.#clock.setTimeout(wake, untilAt - Math.floor(this.#clock.now()))
      signal?.addEventListener('abort', wake)
      this.#wakes.add(wake)
    })
  }

  wakeAll(): void {
    for (const wake of this.#wakes) wake()
  }
}
