import type { StoredLogChunk } from '@sluice/core'

type Result = IteratorResult<StoredLogChunk, undefined>

const END: Result = Object.freeze({ done: true, value: undefined })

/** Where a follower reads. */
export interface LogSource {
  /** The first position wanted. */
  readonly from: number
  /** The chunk at a position; `null` while there is none, `undefined` once the store is closed. */
  read(position: number): StoredLogChunk | null | undefined
  /** Calls back when there may be more to read, until the function that it returns is called. */
  watch(onChange: () => void): () => void
}

/** A reader of one log. It holds a position and no chunks, so that a slow one costs nothing. */
export class LogFollower implements AsyncIterableIterator<StoredLogChunk, undefined> {
  readonly #open: () => LogSource
  readonly #signal: AbortSignal | undefined
  readonly #readers: ((result: Result) => void)[] = []
  #source: LogSource | undefined
  #position = 0
  #isDone = false
  #unwatch: (() => void) | undefined

  /** @param open Called by the first `next`, which rejects with what it throws. */
  constructor(open: () => LogSource, signal: AbortSignal | undefined) {
    this.#open = open
    this.#signal = signal
  }

  async next(): Promise<Result> {
    if (this.#source === undefined) {
      this.#source = this.#open()
      this.#position = this.#source.from
    }
    if (this.#readers.length === 0) {
      const result = this.#read(this.#source)
      if (result !== null) return result
      this.#watch(this.#source)
    }
    return new Promise((resolve) => this.#readers.push(resolve))
  }

  async return(): Promise<Result> {
    this.#isDone = true
    if (this.#source) this.#advance(this.#source)
    return END
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  #read(source: LogSource): Result | null {
    if (this.#isDone || this.#signal?.aborted) return END
    const chunk = source.read(this.#position)
    if (chunk === null) return null
    if (chunk === undefined) return END
    this.#position++
    return { done: false, value: chunk }
  }

  #advance(source: LogSource): void {
    while (this.#readers.length > 0) {
      const result = this.#read(source)
      if (result === null) return
      this.#readers.shift()?.(result)
    }
    this.#unwatch?.()
    this.#unwatch = undefined
  }

  /** Only a reader that waits is known to the store and the signal, so that one that was dropped leaves no trace. */
  #watch(source: LogSource): void {
    const onChange = () => this.#advance(source)
    const unwatch = source.watch(onChange)
    this.#signal?.addEventListener('abort', onChange)
    this.#unwatch = () => {
      unwatch()
      this.#signal?.removeEventListener('abort', onChange)
    }
  }
}
