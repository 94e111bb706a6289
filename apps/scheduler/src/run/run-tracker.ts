import type { JobFailure, LogStream, RunJob } from '@sluice/core'
import { isFinalRunJobState } from '@sluice/core'
import { LineSplitter } from './line-splitter.ts'
import type { RunEvent } from './run-event.ts'

const LOST_ATTEMPT: JobFailure = { message: 'the attempt was lost: its worker did not renew the lease in time' }

interface TrackedJob {
  /** The last attempt of which the start was told. */
  started: number
  startedAt: number
  /** The last attempt of which it was told that another follows. */
  retried: number
  isQueued: boolean
  isFinal: boolean
  readonly logs: Map<LogStream, LineSplitter>
}

/**
 * Makes one story of what the workers say and what the run's state says: each event once, and for each job in order.
 *
 * The workers know of attempts and logs first; the state is the truth, and fills in what they did not tell.
 */
export class RunTracker {
  readonly #emit: (event: RunEvent) => void
  readonly #now: () => number
  readonly #jobs = new Map<string, TrackedJob>()

  constructor(emit: (event: RunEvent) => void, now: () => number = Date.now) {
    this.#emit = emit
    this.#now = now
  }

  /** A worker begins an attempt. */
  attemptStarted(jobId: string, attempt: number): void {
    const job = this.#job(jobId)
    if (!job.isFinal) this.#ensureStarted(jobId, job, attempt, this.#now())
  }

  /** A job printed something, not necessarily whole lines. */
  printed(jobId: string, attempt: number, stream: LogStream, text: string): void {
    const { logs } = this.#job(jobId)
    const splitter = logs.get(stream) ?? new LineSplitter()
    logs.set(stream, splitter)
    this.#tellLines(jobId, attempt, stream, splitter.push(text))
  }

  /** A worker's attempt is over, in whatever way. */
  attemptEnded(jobId: string, attempt: number): void {
    this.#flushLogs(jobId, this.#job(jobId), attempt)
  }

  /** An attempt failed, and another follows. */
  attemptFailed(jobId: string, attempt: number, failure: JobFailure, retryAt?: number): void {
    const job = this.#job(jobId)
    if (!job.isFinal) this.#ensureRetrying(jobId, job, attempt, failure, retryAt)
  }

  /** The run's state has changed for these jobs. */
  stateChanged(records: readonly RunJob[]): void {
    for (const record of records) this.#applyRecord(record, this.#job(record.jobId))
  }

  #applyRecord(record: RunJob, job: TrackedJob): void {
    const { jobId, state, attempt } = record
    if (job.isFinal) return
    if (state === 'queued') {
      if (attempt) this.#ensureRetrying(jobId, job, attempt - 1, record.failure ?? LOST_ATTEMPT)
      else this.#ensureQueued(jobId, job)
    } else if (attempt !== undefined && (state === 'running' || state === 'succeeded' || state === 'failed')) {
      this.#ensureStarted(jobId, job, attempt, record.startedAt ?? this.#now())
    }
    if (!isFinalRunJobState(state)) return
    this.#flushLogs(jobId, job, attempt ?? 0)
    job.isFinal = true
    this.#tellEnd(record, job)
  }

  #ensureQueued(jobId: string, job: TrackedJob): void {
    if (job.isQueued || job.started >= 0) return
    job.isQueued = true
    this.#emit({ type: 'job.queued', at: this.#now(), jobId })
  }

  #ensureStarted(jobId: string, job: TrackedJob, attempt: number, at: number): void {
    if (attempt <= job.started) return
    if (attempt > 0) this.#ensureRetrying(jobId, job, attempt - 1, LOST_ATTEMPT)
    else this.#ensureQueued(jobId, job)
    job.started = attempt
    job.startedAt = at
    this.#emit({ type: 'job.started', at, jobId, attempt })
  }

  #ensureRetrying(jobId: string, job: TrackedJob, attempt: number, failure: JobFailure, retryAt?: number): void {
    if (attempt <= job.retried) return
    this.#ensureStarted(jobId, job, attempt, this.#now())
    this.#flushLogs(jobId, job, attempt)
    job.retried = attempt
    const retry = retryAt === undefined ? {} : { retryAt }
    this.#emit({ type: 'job.retrying', at: this.#now(), jobId, attempt, failure, ...retry })
  }

  #tellEnd(record: RunJob, job: TrackedJob): void {
    const { jobId, state, attempt = 0, reason, outputs } = record
    const at = record.finishedAt ?? this.#now()
    const durationMs = Math.max(0, at - (record.startedAt ?? job.startedAt))
    if (state === 'succeeded') {
      this.#emit({ type: 'job.succeeded', at, jobId, attempt, durationMs, ...(outputs ? { outputs } : {}) })
    } else if (state === 'failed') {
      const failure = record.failure ?? LOST_ATTEMPT
      this.#emit({ type: 'job.failed', at, jobId, attempt, durationMs, failure })
    } else {
      const type = state === 'skipped' ? 'job.skipped' : 'job.cancelled'
      this.#emit({ type, at, jobId, ...(reason ? { reason } : {}) })
    }
  }

  #flushLogs(jobId: string, { logs }: TrackedJob, attempt: number): void {
    for (const [stream, splitter] of logs) this.#tellLines(jobId, attempt, stream, splitter.flush())
  }

  #tellLines(jobId: string, attempt: number, stream: LogStream, lines: readonly string[]): void {
    for (const text of lines) this.#emit({ type: 'job.log', at: this.#now(), jobId, attempt, stream, text })
  }

  #job(jobId: string): TrackedJob {
    let job = this.#jobs.get(jobId)
    if (!job) {
      job = { started: -1, startedAt: this.#now(), retried: -1, isQueued: false, isFinal: false, logs: new Map() }
      this.#jobs.set(jobId, job)
    }
    return job
  }
}
