import { setTimeout as sleep } from 'node:timers/promises'
import { type JobQueue, type JobRef, type QueuedJob, QueueError } from '@sluice/core'
import { monotonicNow } from './journal.ts'
import type { SeededRandom } from './seeded-random.ts'
import { doomedWorkflow, stormWorkflow } from './storm-jobs.ts'
import { untilAnswered } from './storm-process.ts'
import type { Cancellation } from './storm-record.ts'

const batches = 20
const pauseMs = 100
const cancelEveryMs = 200

/** Enqueues the jobs of a storm and cancels some, and knows what was acknowledged. */
export class Producer {
  readonly #queue: JobQueue
  readonly #random: SeededRandom
  /** The jobs whose enqueue was acknowledged. */
  readonly jobs: QueuedJob[] = []
  readonly cancellations: Cancellation[] = []

  constructor(queue: JobQueue, random: SeededRandom) {
    this.#queue = queue
    this.#random = random
  }

  /** Enqueues the jobs in batches, and cancels one workflow in between. */
  async enqueue(jobs: readonly QueuedJob[]): Promise<void> {
    const size = Math.ceil(jobs.length / batches)
    for (let start = 0; start < jobs.length; start += size) {
      await this.#enqueueBatch(jobs.slice(start, start + size))
      if (start < jobs.length / 2 && start + size >= jobs.length / 2) await this.#cancelWorkflow()
      await sleep(pauseMs)
    }
  }

  /** Cancels a job now and then, in whatever state it is. */
  async cancelSome(count: number, over: AbortSignal): Promise<void> {
    while (this.cancellations.length < count && (await pause(cancelEveryMs, over))) {
      const job = this.jobs.length > 0 ? this.#random.pick(this.jobs) : undefined
      if (job?.workflowId === stormWorkflow) await this.#cancel(job)
    }
  }

  async #enqueueBatch(jobs: readonly QueuedJob[]): Promise<void> {
    const outcomes = await untilAnswered(() => this.#queue.enqueueMany(jobs))
    for (const [index, outcome] of outcomes.entries()) {
      const job = jobs[index] as QueuedJob
      if (outcome.status !== 'rejected') this.jobs.push(job)
      else if (QueueError.is(outcome.error, 'BACKEND_UNAVAILABLE')) await this.#enqueueBatch([job])
      else if (job.workflowId !== doomedWorkflow) throw outcome.error
    }
  }

  async #cancel({ workflowId, jobId }: JobRef): Promise<void> {
    const from = monotonicNow()
    const { state } = await untilAnswered(() => this.#queue.cancel(workflowId, jobId))
    this.cancellations.push({ workflowId, jobId, state, from, at: monotonicNow() })
  }

  async #cancelWorkflow(): Promise<void> {
    const from = monotonicNow()
    await untilAnswered(() => this.#queue.cancelWorkflow(doomedWorkflow))
    this.cancellations.push({ workflowId: doomedWorkflow, state: 'cancelled', from, at: monotonicNow() })
  }
}

/** Waits, and tells whether it was to the end. */
export function pause(ms: number, over: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal: over }).catch(() => false)
}
