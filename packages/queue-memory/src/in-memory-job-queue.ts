import {
  backoffDelayMs,
  type CancelResult,
  type CancelWorkflowResult,
  type ClaimedJob,
  type ClaimManyOptions,
  type ClaimOptions,
  type EnqueueManyResult,
  type EnqueueResult,
  type EventSubscription,
  type FailResult,
  isTerminalJobState,
  type JobFailure,
  type JobPage,
  type JobQueue,
  type JobRecord,
  type Lease,
  type LeaseExpiredEvent,
  type ListJobsOptions,
  type Outputs,
  parseAge,
  parseClaim,
  parseFailure,
  parseId,
  parseInteger,
  parseJob,
  parseJobRef,
  parseLeaseTtl,
  parseOutputs,
  type QueueCapabilities,
  QueueClosedError,
  type QueuedJob,
  QueueError,
  type QueueStats,
  refuseTransaction,
  type SubscribeOptions,
  type TransactionOptions,
  ValidationError,
} from '@sluice/core'
import { type Clock, systemClock } from './clock.ts'
import { JobDispatcher } from './job-dispatcher.ts'
import { failResult, JobEvents } from './job-events.ts'
import { pageOfJobs } from './job-page.ts'
import { copyLease, describeJob } from './job-record.ts'
import { JobTable } from './job-table.ts'
import { LabelIndex } from './label-index.ts'
import { LeaseTable } from './lease-table.ts'
import type { JobLabelSet, StoredJob } from './stored-job.ts'

/** How an in-memory queue differs from the default. */
export interface InMemoryJobQueueOptions {
  /** Where the time comes from. Defaults to the time of this process. */
  readonly clock?: Clock
  /** Jobs retained at the most, finished ones included. Defaults to 10,000,000. */
  readonly maxJobs?: number
}

const DEFAULT_MAX_JOBS = 10_000_000

/**
 * A job queue in the memory of this process; what it holds is lost when the process ends.
 *
 * Enqueuing, claiming, renewing, settling and cancelling a job cost the same however many others wait; `position` counts them.
 */
export class InMemoryJobQueue implements JobQueue {
  readonly capabilities: QueueCapabilities = Object.freeze({ durable: false, multiProcess: false })
  readonly #clock: Clock
  readonly #index = new LabelIndex()
  readonly #jobs: JobTable
  readonly #leases = new LeaseTable()
  readonly #events = new JobEvents()
  readonly #dispatcher: JobDispatcher
  #isClosed = false

  /** @throws {ValidationError} */
  constructor(options: InMemoryJobQueueOptions = {}) {
    const { clock = systemClock, maxJobs = DEFAULT_MAX_JOBS } = options
    this.#clock = clock
    this.#jobs = new JobTable(this.#index, parseInteger(maxJobs, 'maxJobs', 1, Number.MAX_SAFE_INTEGER))
    this.#dispatcher = new JobDispatcher({
      clock,
      jobs: this.#jobs,
      index: this.#index,
      leases: this.#leases,
      events: this.#events,
    })
  }

  async enqueue(job: QueuedJob, options?: TransactionOptions): Promise<EnqueueResult> {
    const now = this.#begin()
    refuseTransaction(options)
    const stored = this.#add(job, now)
    if (stored === null) return { status: 'duplicate' }
    this.#dispatcher.serve([stored.labelSet], now)
    return { status: 'enqueued' }
  }

  async enqueueMany(jobs: readonly QueuedJob[], options?: TransactionOptions): Promise<readonly EnqueueManyResult[]> {
    const now = this.#begin()
    refuseTransaction(options)
    if (!Array.isArray(jobs)) throw new ValidationError('jobs', 'must be an array of jobs')
    const sets = new Set<JobLabelSet>()
    try {
      return jobs.map((job: QueuedJob) => this.#tryAdd(job, sets, now))
    } finally {
      this.#dispatcher.serve(sets, now)
    }
  }

  async claim(options: ClaimOptions): Promise<ClaimedJob | null> {
    const now = this.#begin()
    const claim = parseClaim(options)
    if (claim.signal?.aborted) return null
    const claimed = this.#dispatcher.take(claim, now)
    if (claimed !== null || claim.waitMs === 0) return claimed
    const [job = null] = await this.#dispatcher.wait({ ...claim, limit: 1 })
    return job
  }

  async claimMany(options: ClaimManyOptions): Promise<readonly ClaimedJob[]> {
    const now = this.#begin()
    const claim = parseClaim(options)
    if (claim.signal?.aborted) return []
    const claimed = this.#dispatcher.takeMany(claim, now)
    return claimed.length > 0 || claim.waitMs === 0 ? claimed : this.#dispatcher.wait(claim)
  }

  async renewLease(leaseId: string, extendByMs: number): Promise<Lease> {
    const now = this.#begin()
    const ttlMs = parseLeaseTtl(extendByMs, 'extendByMs')
    const lease = this.#leases.live(leaseId, now)
    this.#leases.renew(lease, ttlMs, now)
    return copyLease(lease)
  }

  async complete(leaseId: string, outputs: Outputs): Promise<void> {
    const now = this.#begin()
    const valid = parseOutputs(outputs)
    const lease = this.#leases.liveOrSettled(leaseId, 'completed', now)
    if (lease.ending !== null) return
    const { job } = lease
    this.#leases.settle(lease, 'completed')
    job.outputs = valid
    job.failure = null
    this.#jobs.finish(job, 'completed', now)
    this.#events.completed(job, valid, now)
  }

  async fail(leaseId: string, failure: JobFailure, options: { readonly retryable: boolean }): Promise<FailResult> {
    const now = this.#begin()
    const valid = parseFailure(failure)
    if (typeof options?.retryable !== 'boolean') throw new ValidationError('options.retryable', 'must be true or false')
    const lease = this.#leases.liveOrSettled(leaseId, 'failed', now)
    if (lease.ending !== null) return failResult(lease.retryAt)
    const { job } = lease
    const retryAt = options.retryable ? nextRetryAt(job, now) : null
    this.#leases.settle(lease, 'failed')
    lease.retryAt = retryAt
    if (retryAt !== null) this.#events.failed(job, valid, retryAt, now)
    this.#endAttempt(job, valid, retryAt, now)
    return failResult(retryAt)
  }

  async release(leaseId: string): Promise<void> {
    const now = this.#begin()
    const lease = this.#leases.liveOrSettled(leaseId, 'released', now)
    if (lease.ending !== null) return
    const { job } = lease
    this.#leases.settle(lease, 'released')
    this.#dispatcher.putFirst(job, now)
    this.#dispatcher.serve([job.labelSet], now)
  }

  async cancel(workflowId: string, jobId: string): Promise<CancelResult> {
    const now = this.#begin()
    parseJobRef(workflowId, jobId)
    const job = this.#jobs.get(workflowId, jobId)
    if (isTerminalJobState(job.state)) return { status: 'alreadyFinished', state: job.state }
    this.#cancel(job, now)
    return { status: 'cancelled', state: 'cancelled' }
  }

  async cancelWorkflow(workflowId: string): Promise<CancelWorkflowResult> {
    const now = this.#begin()
    let cancelled = 0
    for (const job of this.#jobs.markCancelled(parseId(workflowId, 'workflowId'), now)) {
      if (isTerminalJobState(job.state)) continue
      this.#cancel(job, now)
      cancelled++
    }
    return { cancelled }
  }

  async isCancelled(workflowId: string, jobId: string): Promise<boolean> {
    this.#begin()
    parseJobRef(workflowId, jobId)
    const workflow = this.#jobs.workflow(workflowId)
    if (workflow === undefined) return false
    return workflow.cancelledAt !== null || workflow.get(jobId)?.state === 'cancelled'
  }

  async reapExpiredLeases(): Promise<readonly LeaseExpiredEvent[]> {
    const now = this.#begin()
    const events: LeaseExpiredEvent[] = []
    for (let lease = this.#leases.takeExpired(now); lease; lease = this.#leases.takeExpired(now)) {
      const retryAt = nextRetryAt(lease.job, now)
      const message = `the lease of worker "${lease.workerId}" expired: it was not renewed in time`
      events.push(this.#events.leaseExpired(lease, retryAt, now))
      this.#endAttempt(lease.job, { message }, retryAt, now)
    }
    return events
  }

  async subscribe(options?: SubscribeOptions): Promise<EventSubscription> {
    this.#begin()
    return this.#events.subscribe(options)
  }

  async getJob(workflowId: string, jobId: string): Promise<JobRecord | null> {
    this.#begin()
    parseJobRef(workflowId, jobId)
    const job = this.#jobs.find(workflowId, jobId)
    return job ? describeJob(job) : null
  }

  async listJobs(workflowId: string, options?: ListJobsOptions): Promise<JobPage> {
    this.#begin()
    return pageOfJobs(this.#jobs.workflow(parseId(workflowId, 'workflowId')), options)
  }

  async position(workflowId: string, jobId: string): Promise<number | null> {
    this.#begin()
    parseJobRef(workflowId, jobId)
    const job = this.#jobs.find(workflowId, jobId)
    return job?.state === 'waiting' ? job.labelSet.fifo.position(job) : null
  }

  async stats(): Promise<QueueStats> {
    this.#begin()
    return { byState: { ...this.#jobs.counts }, byLabelSet: this.#index.stats() }
  }

  async purge(olderThanMs: number): Promise<number> {
    const now = this.#begin()
    return this.#jobs.purge(now - parseAge(olderThanMs, 'olderThanMs'), (job) => this.#leases.forget(job))
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#dispatcher.close()
    this.#events.close()
  }

  /** Begins a call: what is due by now is promoted before the call looks at anything. */
  #begin(): number {
    if (this.#isClosed) throw new QueueClosedError()
    const now = Math.floor(this.#clock.now())
    this.#dispatcher.promote(now)
    return now
  }

  #add(job: QueuedJob, now: number): StoredJob | null {
    const valid = parseJob(job)
    const stored = this.#jobs.add(valid, now)
    if (stored !== null) this.#dispatcher.put(stored, now + valid.delayMs, now)
    return stored
  }

  #tryAdd(job: QueuedJob, sets: Set<JobLabelSet>, now: number): EnqueueManyResult {
    try {
      const stored = this.#add(job, now)
      if (stored === null) return { status: 'duplicate' }
      sets.add(stored.labelSet)
      return { status: 'enqueued' }
    } catch (error) {
      if (QueueError.is(error)) return { status: 'rejected', error }
      throw error
    }
  }

  /** Ends an attempt that failed: the job is tried again if there is a time for it, else it has failed for good. */
  #endAttempt(job: StoredJob, failure: JobFailure, retryAt: number | null, now: number): void {
    job.failure = failure
    if (retryAt === null) {
      this.#jobs.finish(job, 'failed', now)
      this.#events.failed(job, failure, null, now)
    } else {
      job.attempt++
      this.#dispatcher.put(job, retryAt, now)
      this.#dispatcher.serve([job.labelSet], now)
    }
  }

  #cancel(job: StoredJob, now: number): void {
    if (job.state === 'active') this.#leases.revoke(job)
    else this.#dispatcher.remove(job)
    this.#jobs.finish(job, 'cancelled', now)
    this.#events.cancelled(job, now)
  }
}

/** When a job can be claimed again after a failed attempt; `null` if it has no retry left. */
function nextRetryAt({ job, attempt }: StoredJob, now: number): number | null {
  const { maxRetries, backoff } = job.retryPolicy
  return attempt < maxRetries ? now + backoffDelayMs(backoff, attempt + 1) : null
}
