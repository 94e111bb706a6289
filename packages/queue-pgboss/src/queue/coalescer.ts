import { BackendUnavailableError, QueueError } from '@sluice/core'

/** What became of one item of a batch. */
export type Outcome<Result> = { readonly value: Result } | { readonly error: unknown }

/** How items are made into batches. */
export interface CoalescerOptions<Item, Result> {
  /** Names the store in messages. */
  readonly store: string
  /** Does a batch in one go; returns an outcome for each item, or rejects for all of them. */
  readonly flush: (items: readonly Item[]) => Promise<readonly Outcome<Result>[]>
  readonly maxItems: number
  /** Weighs an item; a batch of more than one weighs `MAX_WEIGHT` at the most. */
  readonly weigh?: (item: Item) => number
}

/** About as many bytes as are sent to the database at once. */
export const MAX_WEIGHT = 4 * 1024 * 1024

/** More would only wait for each other in the database. */
const MAX_FLUSHES = 2

/** Items that wait at the most: while the store is slow, what comes more is refused at once. */
const MAX_PENDING = 20_000

interface Pending<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/**
 * Does in one go what was asked for within a turn of the event loop, or while two batches were under way.
 *
 * Where a batch fails, each of its items is done again by itself, so that a bad one fails alone. When the store is down, that is told to
 * all that wait as well: each would learn it no sooner than the one before.
 */
export class Coalescer<Item, Result> {
  readonly #options: CoalescerOptions<Item, Result>
  readonly #pending: Pending<Item, Result>[] = []
  #flushes = 0
  #isScheduled = false

  constructor(options: CoalescerOptions<Item, Result>) {
    this.#options = options
  }

  async add(item: Item): Promise<Result> {
    if (this.#pending.length >= MAX_PENDING) {
      throw new BackendUnavailableError(this.#options.store, { cause: new Error(`${MAX_PENDING} calls wait already`) })
    }
    return new Promise((resolve, reject) => {
      this.#pending.push({ item, resolve, reject })
      this.#schedule()
    })
  }

  #schedule(): void {
    if (this.#isScheduled || this.#pending.length === 0 || this.#flushes >= MAX_FLUSHES) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      void this.#flush(this.#takeBatch())
      this.#schedule()
    })
  }

  #takeBatch(): Pending<Item, Result>[] {
    const { maxItems, weigh } = this.#options
    if (weigh === undefined) return this.#pending.splice(0, maxItems)
    let count = 0
    for (let weight = 0; count < maxItems && count < this.#pending.length; count++) {
      weight += weigh((this.#pending[count] as Pending<Item, Result>).item)
      if (count > 0 && weight > MAX_WEIGHT) break
    }
    return this.#pending.splice(0, count)
  }

  async #flush(batch: readonly Pending<Item, Result>[]): Promise<void> {
    this.#flushes++
    try {
      await this.#settle(batch)
    } catch (error) {
      const failed = QueueError.is(error, 'BACKEND_UNAVAILABLE') ? [...batch, ...this.#pending.splice(0)] : batch
      if (batch.length === 1 || QueueError.is(error)) for (const { reject } of failed) reject(error)
      else for (const pending of batch) await this.#settle([pending]).catch(pending.reject)
    } finally {
      this.#flushes--
      this.#schedule()
    }
  }

  async #settle(batch: readonly Pending<Item, Result>[]): Promise<void> {
    const outcomes = await this.#options.flush(batch.map(({ item }) => item))
    for (const [index, { resolve, reject }] of batch.entries()) {
      const outcome = outcomes[index] as Outcome<Result>
      if ('value' in outcome) resolve(outcome.value)
      else reject(outcome.error)
    }
  }
}
