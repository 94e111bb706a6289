import { setImmediate as settle } from 'node:timers/promises'
import type { Clock } from './clock.ts'

interface ManualTimer {
  readonly dueAt: number
  readonly callback: () => void
}

/** A clock for tests, which stands still until it is moved. */
export class ManualClock implements Clock {
  #now: number
  readonly #timers = new Set<ManualTimer>()

  /** @param startAt Milliseconds since the epoch. */
  constructor(startAt = Date.UTC(2030, 0, 1)) {
    this.#now = startAt
  }

  /** How many timers are set. */
  get timerCount(): number {
    return this.#timers.size
  }

  now(): number {
    return this.#now
  }

  setTimeout(callback: () => void, ms: number): () => void {
    const timer = { dueAt: this.#now + ms, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Moves on by `ms`, firing each timer at its time and in order, and lets the promises that it settles run before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.#now = Math.max(this.#now, timer.dueAt)
      this.#timers.delete(timer)
      timer.callback()
      await settle()
    }
    this.#now = end
  }

  #next(end: number): ManualTimer | undefined {
    let next: ManualTimer | undefined
    for (const timer of this.#timers) {
      if (timer.dueAt <= end && (next === undefined || timer.dueAt < next.dueAt)) next = timer
    }
    return next
  }
}
