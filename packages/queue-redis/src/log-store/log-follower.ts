import type { StoredLogChunk } from '@sluice/core'

type Result = IteratorResult<StoredLogChunk, undefined>

const END: Result = Object.freeze({ done: true, value: undefined })

/** Where a follower reads. */
export interface LogSource {
  /** Reads some chunks from a position on. */
  read(position: number): Promise<readonly StoredLogChunk[]>
  /** Calls back when there may be more to read, until the function that it resolves with is called. */
  watch(onChange: () => void): Promise<() => void>
}

/** How a follower reads. */
export interface LogFollowerOptions {
  /** Called by the first `next`, which rejects with what it throws; tells where to begin. */
  readonly open: () => { readonly source: LogSource; readonly from: number }
  readonly signal: AbortSignal | undefined
  /** How often to look without being told to. */
  readonly pollIntervalMs: number
  /** Called once when it ends. */
  readonly onEnd: (follower: LogFollower) => void
}

/** A reader of one log. It holds one page, and a subscription from when it first has to wait. */
export class LogFollower implements AsyncIterableIterator<StoredLogChunk, undefined> {
  readonly #options: LogFollowerOptions
  #source: LogSource | undefined
  #position = 0
  #page: readonly StoredLogChunk[] = []
  #pageRead = 0
  #isEnded = false
  /** Something was published since the latest reading began. */
  #isStale = false
  #wake: (() => void) | undefined
  #onEnded: (() => void) | undefined
  #unwatch: (() => void) | undefined
  #latest: Promise<unknown> = Promise.resolve()

  constructor(options: LogFollowerOptions) {
    this.#options = options
  }

  /** Serves one call after the other. One that rejects ends the iteration, as `for await` takes it to. */
  next(): Promise<Result> {
    const result = this.#latest.then(() => this.#pull())
    this.#latest = result.catch(() => this.end())
    return result
  }

  async return(): Promise<Result> {
    this.end()
    return END
  }

  /** Ends the iteration, also of those who wait. */
  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#page = []
    this.#unwatch?.()
    this.#wake?.()
    this.#onEnded?.()
    this.#options.onEnd(this)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end()
  }

  async #pull(): Promise<Result> {
    if (this.#source === undefined && !this.#isEnded) {
      const { source, from } = this.#options.open()
      this.#source = source
      this.#position = from
    }
    for (;;) {
      if (this.#options.signal?.aborted) this.end()
      if (this.#isEnded || this.#source === undefined) return END
      const chunk = this.#page[this.#pageRead]
      if (chunk) {
        this.#pageRead++
        this.#position = chunk.position + 1
        return { done: false, value: chunk }
      }
      await this.#untilEnded(this.#readOn(this.#source))
    }
  }

  /** Waits for some work, but no longer than the iteration lasts. Only a reader that waits is known to the signal. */
  async #untilEnded(work: Promise<void>): Promise<void> {
    const { signal } = this.#options
    const onAbort = () => this.end()
    const ended = new Promise<void>((resolve) => {
      this.#onEnded = resolve
    })
    signal?.addEventListener('abort', onAbort)
    try {
      await Promise.race([work, ended])
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  async #readOn(source: LogSource): Promise<void> {
    this.#isStale = false
    const page = await source.read(this.#position)
    if (this.#isEnded) return
    this.#page = page
    this.#pageRead = 0
    if (page.length > 0) return
    if (this.#unwatch) return this.#wait()
    // What came between the reading and the subscription is found by reading once more.
    const unwatch = await source.watch(this.#onChange)
    if (this.#isEnded) unwatch()
    else this.#unwatch = unwatch
  }

  readonly #onChange = () => {
    this.#isStale = true
    this.#wake?.()
  }

  async #wait(): Promise<void> {
    if (this.#isStale) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, this.#options.pollIntervalMs)
    this.#wake = resolve
    await promise
    clearTimeout(timer)
  }
}
