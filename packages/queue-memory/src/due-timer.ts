import type { Clock } from './clock.ts'

/** One timer that can be set to another time, or to none. */
export class DueTimer {
  readonly #clock: Clock
  readonly #callback: () => void
  #dueAt: number | undefined
  #cancel: (() => void) | undefined

  constructor(clock: Clock, callback: () => void) {
    this.#clock = clock
    this.#callback = callback
  }

  /** Replaces the time at which it calls back; `undefined` frees the timer. */
  set(dueAt: number | undefined): void {
    if (dueAt === this.#dueAt) return
    this.#cancel?.()
    this.#dueAt = dueAt
    this.#cancel =
      dueAt === undefined
        ? undefined
        : this.#clock.setTimeout(() => this.#fire(), Math.max(0, dueAt - Math.floor(this.#clock.now())))
  }

  #fire(): void {
    this.#dueAt = undefined
    this.#cancel = undefined
    this.#callback()
  }
}
