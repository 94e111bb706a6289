import { isFinalRunStatus, type RunJob, type RunSummary } from '@sluice/core'

/** What changed in a run since the update before. */
export interface RunUpdate {
  /** The records that changed, whole; all of them in the first update. */
  readonly jobs: readonly RunJob[]
  readonly run: RunSummary
}

type Reader = {
  readonly resolve: (result: IteratorResult<RunUpdate, undefined>) => void
  readonly reject: (error: unknown) => void
}

const END: IteratorResult<RunUpdate, undefined> = Object.freeze({ done: true, value: undefined })

/** How a watch works. */
export interface RunWatchOptions {
  /** Is called with the first read, and sees to it that `push` or `fail` follows. */
  readonly open: (watch: RunWatch) => Promise<void>
  readonly onClose: (watch: RunWatch) => void
  /** Ends the watch. */
  readonly signal: AbortSignal | undefined
  /** Whether updates hold jobs. */
  readonly withJobs: boolean
}

/**
 * The updates of a run for one reader, ending after the one with a final status.
 *
 * What a slow reader has not taken is merged into one update, so that it holds at most each job once.
 */
export class RunWatch implements AsyncIterableIterator<RunUpdate, undefined> {
  readonly #options: RunWatchOptions
  readonly #jobs = new Map<string, RunJob>()
  #run: RunSummary | null = null
  #error: { readonly error: unknown } | null = null
  #isOpened = false
  #isClosed = false
  #readers: Reader[] = []

  constructor(options: RunWatchOptions) {
    this.#options = options
    if (options.signal?.aborted) this.#isClosed = true
    else options.signal?.addEventListener('abort', this.#close)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Tells the reader what changed. */
  push(jobs: Iterable<RunJob>, run: RunSummary): void {
    if (this.#isClosed) return
    if (this.#options.withJobs) for (const job of jobs) this.#jobs.set(job.jobId, job)
    this.#run = run
    this.#serve()
  }

  /** Ends the watch with an error, once what was pushed is read. */
  fail(error: unknown): void {
    if (this.#isClosed) return
    this.#error ??= { error }
    this.#serve()
  }

  next(): Promise<IteratorResult<RunUpdate, undefined>> {
    if (this.#isClosed) return Promise.resolve(END)
    const result = new Promise<IteratorResult<RunUpdate, undefined>>((resolve, reject) => {
      this.#readers.push({ resolve, reject })
    })
    if (this.#isOpened) this.#serve()
    else {
      this.#isOpened = true
      this.#options.open(this).catch((error: unknown) => this.fail(error))
    }
    return result
  }

  async return(): Promise<IteratorResult<RunUpdate, undefined>> {
    this.#close()
    return END
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close()
  }

  #serve(): void {
    while (this.#readers.length > 0 && !this.#isClosed) {
      if (this.#run !== null) {
        const update = { jobs: [...this.#jobs.values()], run: this.#run }
        this.#jobs.clear()
        this.#run = null
        this.#readers.shift()?.resolve({ done: false, value: update })
        if (isFinalRunStatus(update.run.status)) this.#close()
      } else if (this.#error !== null) {
        this.#readers.shift()?.reject(this.#error.error)
        this.#close()
      } else return
    }
  }

  readonly #close = (): void => {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#options.signal?.removeEventListener('abort', this.#close)
    this.#jobs.clear()
    for (const reader of this.#readers.splice(0)) reader.resolve(END)
    this.#options.onClose(this)
  }
}
