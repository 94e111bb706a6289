import { isFinalRunJobState, type RunJob } from '@sluice/core'
import type { LogPiece, ServiceClient } from '../client/service-client.ts'

/** Logs that are read at once; a server limits how many streams one client has. */
const READ_AT_ONCE = 8

/** Whose logs to follow, and who takes them. */
export interface LogFollowersOptions {
  readonly client: ServiceClient
  readonly runId: string
  readonly signal: AbortSignal
  readonly onPiece: (jobId: string, piece: LogPiece) => void | Promise<void>
  /** A job has ended, and all of its log was told. */
  readonly onEnded: (job: RunJob) => void
  /** A log could not be read; the others go on. */
  readonly onError: (jobId: string, error: Error) => void
}

interface FollowedJob {
  /** The final record of the job, once it has one. */
  ended?: RunJob
  isRead: boolean
}

/** Reads the logs of the jobs of a run, some at a time and each from its beginning, and tells each end after all that was printed. */
export class LogFollowers {
  readonly #options: LogFollowersOptions
  readonly #jobs = new Map<string, FollowedJob>()
  readonly #waiting: string[] = []
  #reading = 0
  #onIdle: (() => void) | undefined

  constructor(options: LogFollowersOptions) {
    this.#options = options
  }

  /** Takes note of a job that runs or has ended. */
  update(record: RunJob): void {
    const { jobId, state, attempt } = record
    if (!isFinalRunJobState(state)) {
      if (state === 'running') this.#follow(jobId)
      return
    }
    // A job that was never claimed has printed nothing.
    if (attempt === undefined && !this.#jobs.has(jobId)) {
      this.#options.onEnded(record)
      return
    }
    const job = this.#follow(jobId)
    job.ended = record
    if (job.isRead) this.#options.onEnded(record)
  }

  /** Resolves when every log that was begun is read. */
  async whenIdle(): Promise<void> {
    if (this.#reading === 0 && this.#waiting.length === 0) return
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve
    })
  }

  #follow(jobId: string): FollowedJob {
    let job = this.#jobs.get(jobId)
    if (!job) {
      job = { isRead: false }
      this.#jobs.set(jobId, job)
      this.#waiting.push(jobId)
      this.#readNext()
    }
    return job
  }

  #readNext(): void {
    while (this.#reading < READ_AT_ONCE) {
      const jobId = this.#waiting.shift()
      if (jobId === undefined) break
      this.#reading++
      void this.#read(jobId).finally(() => {
        this.#reading--
        this.#readNext()
      })
    }
    if (this.#reading === 0) this.#onIdle?.()
  }

  async #read(jobId: string): Promise<void> {
    const { client, runId, signal, onPiece, onEnded, onError } = this.#options
    const job = this.#jobs.get(jobId) as FollowedJob
    try {
      const address = { runId, jobId }
      // What has ended is read page by page, which costs the server no stream.
      const pieces = job.ended ? client.readLog(address) : client.followLog(address, { signal })
      for await (const piece of pieces) {
        if (signal.aborted) return
        await onPiece(jobId, piece)
      }
    } catch (error) {
      if (!signal.aborted) onError(jobId, error as Error)
    }
    job.isRead = true
    if (job.ended) onEnded(job.ended)
  }
}
