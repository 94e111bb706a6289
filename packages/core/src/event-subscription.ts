import { ValidationError } from './errors.ts'
import type { JobEventKind, QueueEvent } from './queue-event.ts'
import { parseInteger, parseOptions } from './validation.ts'

/** What a subscriber wants, and how far it may fall behind. */
export interface SubscribeOptions {
  /** Only these kinds; all by default. A `gap` always comes. */
  readonly kinds?: readonly JobEventKind[]
  /** Events held for a subscriber that does not read. When one more comes, all are dropped for one `gap`. Defaults to 10,000. */
  readonly bufferLimit?: number
}

/** A live stream of events for one reader. It ends when it or its queue is closed. */
export interface EventSubscription extends AsyncIterableIterator<QueueEvent, undefined> {
  /** Stops the stream and drops what was not read. A second call does nothing. */
  close(): void
}

const DEFAULT_BUFFER_LIMIT = 10_000
const END: IteratorResult<QueueEvent, undefined> = Object.freeze({ done: true, value: undefined })

const KINDS: readonly unknown[] = [
  'ready',
  'started',
  'completed',
  'failed',
  'cancelled',
  'leaseExpired',
] satisfies JobEventKind[]

function checkKinds(kinds: unknown): void {
  if (!Array.isArray(kinds)) throw new ValidationError('kinds', 'must be an array of kinds')
  const unknown = kinds.findIndex((kind) => !KINDS.includes(kind))
  if (unknown >= 0) throw new ValidationError(`kinds[${unknown}]`, `must be one of ${KINDS.join(', ')}`)
}

/**
 * The bounded buffer behind every backend's `subscribe`: a writer that never waits, and one reader.
 *
 * A full buffer is emptied and a single `gap` takes its place, so that an abandoned reader costs bounded memory.
 */
export class EventBuffer implements EventSubscription {
  readonly #kinds: ReadonlySet<string> | null
  readonly #limit: number
  readonly #onClose: (buffer: EventBuffer) => void
  #events: QueueEvent[] = []
  #read = 0
  #closed = false
  #waiting: ((result: IteratorResult<QueueEvent, undefined>) => void)[] = []

  /** @throws {ValidationError} */
  constructor(options?: SubscribeOptions, onClose: (buffer: EventBuffer) => void = () => {}) {
    const { kinds, bufferLimit = DEFAULT_BUFFER_LIMIT } = parseOptions(options)
    if (kinds !== undefined) checkKinds(kinds)
    this.#kinds = kinds ? new Set(kinds) : null
    this.#limit = parseInteger(bufferLimit, 'bufferLimit', 1, Number.MAX_SAFE_INTEGER)
    this.#onClose = onClose
  }

  /** Hands an event to the reader, or keeps it until it reads. Drops it where the subscriber did not ask for its kind. */
  push(event: QueueEvent): void {
    if (this.#closed || (event.kind !== 'gap' && this.#kinds !== null && !this.#kinds.has(event.kind))) return
    const reader = this.#waiting.shift()
    if (reader) reader({ done: false, value: event })
    else if (event.kind === 'gap' || this.#events.length - this.#read >= this.#limit) this.#collapse()
    else this.#events.push(event)
  }

  async next(): Promise<IteratorResult<QueueEvent, undefined>> {
    if (this.#read < this.#events.length) {
      const value = this.#events[this.#read++] as QueueEvent
      if (this.#read === this.#events.length || this.#read >= 1024) this.#compact()
      return { done: false, value }
    }
    if (this.#closed) return END
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  async return(): Promise<IteratorResult<QueueEvent, undefined>> {
    this.close()
    return END
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#events = []
    this.#read = 0
    for (const reader of this.#waiting.splice(0)) reader(END)
    this.#onClose(this)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  #collapse(): void {
    this.#events = [{ kind: 'gap' }]
    this.#read = 0
  }

  #compact(): void {
    this.#events.splice(0, this.#read)
    this.#read = 0
  }
}
