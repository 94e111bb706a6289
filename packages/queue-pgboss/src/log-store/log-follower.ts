import { QueueError, type StoredLogChunk } from '@sluice/core'

type Result = IteratorResult<StoredLogChunk, undefined>

const END: Result = Object.freeze({ done: true, value: undefined })

/** Where a follower reads. */
export interface LogSource {
  /** The first position wanted. */
  readonly from: number
  /** Reads some chunks from a position on; `null` once the store is closed. */
  read(position: number): Promise<readonly StoredLogChunk[] | null>
  /** Calls back when there may be more to read, until the function that it returns is called. */
  watch(onChange: () => void): () => void
}

/** A reader of one log. It holds a page of chunks and a position. */
export class LogFollower implements AsyncIterableIterator<StoredLogChunk, undefined> {
  readonly #open: () => LogSource
  readonly #signal: AbortSignal | undefined
  #source: LogSource | undefined
  #position = 0
  #page: readonly StoredLogChunk[] = []
  #read = 0
  #isDone = false
  #wake: () => void = () => {}
  #turn: Promise<unknown> = Promise.resolve()

  /** @param open Called by the first `next`, which rejects with what it throws. */
  constructor(open: () => LogSource, signal: AbortSignal | undefined) {
    this.#open = open
    this.#signal = signal
  }

  next(): Promise<Result> {
    const result = this.#turn.then(() => this.#next())
    this.#turn = result.catch(() => {})
    return result
  }

  async return(): Promise<Result> {
    this.#isDone = true
    this.#page = []
    this.#read = 0
    this.#wake()
    return END
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  async #next(): Promise<Result> {
    if (this.#source === undefined) {
      this.#source = this.#open()
      this.#position = this.#source.from
    }
    if (this.#hasEnded || (this.#read === this.#page.length && !(await this.#fill(this.#source)))) return END
    const value = this.#page[this.#read++] as StoredLogChunk
    this.#position = value.position + 1
    return { done: false, value }
  }

  /** Reads the next page, once there is one; tells whether there is. */
  async #fill(source: LogSource): Promise<boolean> {
    const stored = await this.#tryRead(source)
    if (stored === null || this.#hasEnded) return false
    if (stored.length > 0) return this.#turnTo(stored)
    return this.#waitForMore(source)
  }

  async #waitForMore(source: LogSource): Promise<boolean> {
    const changes = new Changes()
    const unwatch = source.watch(changes.note)
    this.#signal?.addEventListener('abort', changes.note)
    this.#wake = changes.note
    try {
      while (!this.#hasEnded) {
        const page = await this.#tryRead(source)
        if (page === null || this.#hasEnded) return false
        if (page.length > 0) return this.#turnTo(page)
        await changes.next()
      }
      return false
    } finally {
      unwatch()
      this.#signal?.removeEventListener('abort', changes.note)
    }
  }

  #turnTo(page: readonly StoredLogChunk[]): true {
    this.#page = page
    this.#read = 0
    return true
  }

  /** A reader that has begun outlives an outage: it looks again when the store may be back. */
  async #tryRead(source: LogSource): Promise<readonly StoredLogChunk[] | null> {
    try {
      return await source.read(this.#position)
    } catch (error) {
      if (this.#position > source.from && QueueError.is(error, 'BACKEND_UNAVAILABLE')) return []
      throw error
    }
  }

  get #hasEnded(): boolean {
    return this.#isDone || this.#signal?.aborted === true
  }
}

/** Remembers a change until somebody waits for it, so that none between reading and waiting is lost. */
class Changes {
  #isNoted = false
  #resolve: () => void = () => {}

  readonly note = (): void => {
    this.#isNoted = true
    this.#resolve()
  }

  async next(): Promise<void> {
    if (!this.#isNoted) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve
      })
    }
    this.#isNoted = false
  }
}
