import assert from 'node:assert/strict'
import type { ClaimManyOptions, ClaimOptions } from '../claim-options.ts'
import { QueueError } from '../errors.ts'
import type { ClaimedJob, Lease, QueuedJob } from '../job.ts'
import type { JobQueue } from '../job-queue.ts'
import type { Observation } from './history.ts'

/** Calls queues for concurrent clients, and notes what they do and see in the order in which it happens. */
export class Witness {
  readonly observations: Observation[] = []

  async enqueue(queue: JobQueue, job: QueuedJob): Promise<void> {
    const { status } = await queue.enqueue(job)
    if (status === 'enqueued') this.observations.push({ kind: 'enqueued', jobId: job.jobId })
  }

  async enqueueMany(queue: JobQueue, jobs: readonly QueuedJob[]): Promise<void> {
    const outcomes = await queue.enqueueMany(jobs)
    for (const [index, { status }] of outcomes.entries()) {
      if (status === 'enqueued') this.observations.push({ kind: 'enqueued', jobId: jobs[index]?.jobId ?? '' })
    }
  }

  async claim(queue: JobQueue, options: ClaimOptions): Promise<ClaimedJob | null> {
    const calledAfter = this.observations.length
    const claimed = await queue.claim(options)
    if (claimed) this.#noteClaim(claimed.lease, calledAfter)
    return claimed
  }

  async claimMany(queue: JobQueue, options: ClaimManyOptions): Promise<readonly ClaimedJob[]> {
    const calledAfter = this.observations.length
    const claimed = await queue.claimMany(options)
    for (const { lease } of claimed) this.#noteClaim(lease, calledAfter)
    return claimed
  }

  /** Lets a lease run out. */
  giveUp({ leaseId }: Lease): void {
    this.observations.push({ kind: 'givenUp', leaseId })
  }

  /** Settles a lease, and tells whether that took effect; it does not where the lease was lost. */
  async settle(queue: JobQueue, lease: Lease, by: 'complete' | 'fail' | 'release'): Promise<boolean> {
    this.giveUp(lease)
    try {
      if (by === 'complete') await queue.complete(lease.leaseId, { by: lease.workerId })
      else if (by === 'release') await queue.release(lease.leaseId)
      else await queue.fail(lease.leaseId, { message: 'broken' }, { retryable: true })
    } catch (error) {
      if (QueueError.is(error, 'LEASE_EXPIRED') || QueueError.is(error, 'JOB_CANCELLED')) return false
      throw error
    }
    this.observations.push({ kind: 'settled', leaseId: lease.leaseId, by })
    return true
  }

  async reap(queue: JobQueue): Promise<void> {
    for (const { jobId, attempt } of await queue.reapExpiredLeases()) {
      this.observations.push({ kind: 'reaped', jobId, attempt })
    }
  }

  async cancel(queue: JobQueue, workflowId: string, jobId: string): Promise<void> {
    const { status } = await queue.cancel(workflowId, jobId)
    if (status === 'cancelled') this.observations.push({ kind: 'cancelled', jobId })
  }

  #noteClaim({ jobId, leaseId, attempt }: Lease, calledAfter: number): void {
    this.observations.push({ kind: 'claimed', jobId, leaseId, attempt, calledAfter })
    assert.ok(this.observations.length < 10_000, 'the queue gives jobs without end')
  }
}
