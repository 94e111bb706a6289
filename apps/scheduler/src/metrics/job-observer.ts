import { isTerminalEvent, type QueueEvent, type RunJob } from '@sluice/core'
import { queueWorkflowId } from '@sluice/dag'
import { RecentMoments } from './recent-moments.ts'
import type { ServiceMetrics } from './service-metrics.ts'

type JobEvent = Exclude<QueueEvent, { readonly kind: 'gap' }>

/** Jobs whose times are remembered at once, of each sort. */
const REMEMBERED_JOBS = 100_000

/** Counts what happens to jobs, and how long they wait, run, and go unrecorded. */
export class JobObserver {
  readonly #metrics: ServiceMetrics
  /** On the store's clock, in milliseconds. */
  readonly #claimableAt = new RecentMoments(REMEMBERED_JOBS)
  readonly #startedAt = new RecentMoments(REMEMBERED_JOBS)
  /** On the clock of this process, in milliseconds. */
  readonly #endedAt = new RecentMoments(REMEMBERED_JOBS)

  constructor(metrics: ServiceMetrics) {
    this.#metrics = metrics
  }

  /** Takes an event, in the order in which it happened to its job. */
  hear(event: QueueEvent): void {
    if (event.kind === 'gap') this.#metrics.eventGaps.inc()
    else this.#hear(event)
  }

  /** Takes the jobs that were stored with a run. */
  stored(runId: string, jobs: readonly RunJob[]): void {
    const now = performance.now()
    for (const { jobId, runAttempt } of jobs) {
      const key = keyOf(queueWorkflowId({ runId, attempt: runAttempt }), jobId)
      observeSince(this.#endedAt.take(key), now, (seconds) => this.#metrics.enqueuerLag.observe(seconds))
    }
  }

  #hear(event: JobEvent): void {
    const { kind, at } = event
    const key = keyOf(event.workflowId, event.jobId)
    this.#metrics.jobEvents.inc({ kind })
    if (kind === 'ready') this.#claimableAt.set(key, event.availableAt)
    else if (kind === 'started') {
      observeSince(this.#claimableAt.take(key), at, (seconds) => this.#metrics.jobWait.observe(seconds))
      this.#startedAt.set(key, at)
    } else {
      observeSince(this.#startedAt.take(key), at, (seconds) => this.#metrics.jobRun.observe({ outcome: kind }, seconds))
      if (kind !== 'completed' && kind !== 'cancelled' && event.willRetry) this.#metrics.jobRetries.inc({ cause: kind })
    }
    if (isTerminalEvent(event)) this.#endedAt.set(key, performance.now())
  }
}

function observeSince(since: number | undefined, now: number, observe: (seconds: number) => void): void {
  if (since !== undefined) observe(Math.max(0, now - since) / 1000)
}

/** Names a job by one string; no id contains the separator. */
function keyOf(workflowId: string, jobId: string): string {
  return `${workflowId}\0${jobId}`
}
