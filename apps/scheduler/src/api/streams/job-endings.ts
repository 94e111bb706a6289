import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Backend,
  type EventSubscription,
  isFinalRunJobState,
  isFinalRunStatus,
  isTerminalEvent,
  isTerminalJobState,
  QueueError,
} from '@sluice/core'
import { queueWorkflowId } from '@sluice/dag'

/** A job in one attempt of a run. */
export interface AttemptedJob {
  readonly runId: string
  readonly runAttempt: number
  readonly jobId: string
}

/** How long to go without looking, in milliseconds; jobs that are never enqueued end without an event. */
const RECHECK_MS = 5000

/** How long after a failed subscription the next one is tried, in milliseconds. */
const RESUBSCRIBE_MS = 1000

/** How long a script that was cancelled may still print, in milliseconds. */
const LAST_WORDS_MS = 5000

/** Tells when jobs have ended, with one subscription for all who ask. */
export class JobEndings {
  readonly #backend: Backend
  readonly #wakers = new Map<string, Set<() => void>>()
  #listening: AbortController | null = null

  constructor(backend: Backend) {
    this.#backend = backend
  }

  /** Tells whether the job is over: it has ended, or this attempt of the run went without it. */
  async hasEnded(job: AttemptedJob): Promise<boolean> {
    return (await this.#endOf(job)) !== null
  }

  /** Resolves when the job has ended and its last words are stored, or when the signal aborts. Never rejects. */
  async waitFor(job: AttemptedJob, signal: AbortSignal): Promise<void> {
    const key = keyOf(queueWorkflowId({ runId: job.runId, attempt: job.runAttempt }), job.jobId)
    let isDue = true
    let wake = () => {}
    const onChange = () => {
      isDue = true
      wake()
    }
    const stopWatching = this.#watch(key, onChange)
    signal.addEventListener('abort', onChange)
    try {
      while (!signal.aborted) {
        if (isDue) {
          isDue = false
          // A store that does not answer is asked again.
          const end = await this.#endOf(job).catch(() => null)
          if (end === 'cut short') await sleep(LAST_WORDS_MS, undefined, { signal }).catch(() => {})
          if (end !== null) return
        }
        if (isDue) continue
        const { promise, resolve } = Promise.withResolvers<void>()
        wake = resolve
        const timer = setTimeout(onChange, RECHECK_MS)
        await promise
        clearTimeout(timer)
      }
    } finally {
      signal.removeEventListener('abort', onChange)
      stopWatching()
    }
  }

  async #endOf({ runId, runAttempt, jobId }: AttemptedJob): Promise<'quiet' | 'cut short' | null> {
    const { queue, workflows } = this.#backend
    const record = await queue.getJob(queueWorkflowId({ runId, attempt: runAttempt }), jobId)
    if (record !== null) {
      if (!isTerminalJobState(record.state)) return null
      return record.state === 'cancelled' && record.startedAt !== undefined ? 'cut short' : 'quiet'
    }
    const loaded = await workflows.loadRun(runId)
    if (loaded === null) return 'quiet'
    const { run, jobs } = loaded
    const job = jobs.find((job) => job.jobId === jobId)
    const isOver =
      job === undefined || run.attempt > runAttempt || isFinalRunStatus(run.status) || isFinalRunJobState(job.state)
    return isOver ? 'quiet' : null
  }

  #watch(key: string, onChange: () => void): () => void {
    const wakers = this.#wakers.get(key) ?? new Set()
    this.#wakers.set(key, wakers.add(onChange))
    if (this.#listening === null) {
      this.#listening = new AbortController()
      void this.#listen(this.#listening.signal)
    }
    return () => {
      wakers.delete(onChange)
      if (wakers.size === 0) this.#wakers.delete(key)
      if (this.#wakers.size > 0) return
      this.#listening?.abort()
      this.#listening = null
    }
  }

  async #listen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const kinds = ['completed', 'failed', 'cancelled'] as const
        await this.#hear(await this.#backend.queue.subscribe({ kinds }), signal)
      } catch (error) {
        if (QueueError.is(error, 'QUEUE_CLOSED')) return
      }
      await sleep(RESUBSCRIBE_MS, undefined, { signal }).catch(() => {})
    }
  }

  async #hear(subscription: EventSubscription, signal: AbortSignal): Promise<void> {
    const close = () => subscription.close()
    signal.addEventListener('abort', close)
    try {
      if (signal.aborted) return
      this.#wakeAll()
      for await (const event of subscription) {
        if (event.kind === 'gap') this.#wakeAll()
        else if (isTerminalEvent(event)) this.#wake(keyOf(event.workflowId, event.jobId))
      }
    } finally {
      signal.removeEventListener('abort', close)
      subscription.close()
    }
  }

  #wake(key: string): void {
    for (const waker of this.#wakers.get(key) ?? []) waker()
  }

  #wakeAll(): void {
    for (const key of this.#wakers.keys()) this.#wake(key)
  }
}

/** Names a job by one string; no id contains the separator. */
function keyOf(workflowId: string, jobId: string): string {
  return `${workflowId}\0${jobId}`
}
