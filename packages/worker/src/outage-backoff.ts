import { backoffDelayMs } from '@sluice/core'

/** Spaces out the calls to a store that does not answer: each failure in a row doubles the delay, up to a limit, with jitter. */
export class OutageBackoff {
  readonly #baseMs: number
  readonly #maxMs: number
  #failures = 0

  constructor(baseMs: number, maxMs: number) {
    this.#baseMs = baseMs
    this.#maxMs = maxMs
  }

  /** Counts one more failure and tells how long to wait. */
  nextDelayMs(): number {
    this.#failures++
    const backoff = { kind: 'exponential', baseMs: this.#baseMs, maxMs: this.#maxMs, jitter: true } as const
    return backoffDelayMs(backoff, this.#failures)
  }

  /** Begins anew after a success. */
  reset(): void {
    this.#failures = 0
  }
}
