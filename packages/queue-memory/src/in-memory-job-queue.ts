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
  type SubscribeOptions,
  ValidationError,
  type ValidClaim,
} from '@sluice/core'
import { ClaimWaiters } from './claim-waiters.ts'
import { type Clock, systemClock } from './clock.ts'
import { DelayedJobs } from './delayed-jobs.ts'
import { DueTimer } from './due-timer.ts'
import { JobEvents } from './job-events.ts'
import { pageOfJobs } from './job-page.ts'
import { copyJob, copyLease, describeJob } from './job-record.ts'
import { JobTable } from './job-table.ts'
import { LabelIndex } from './label-index.ts'
import type { LabelSet } from './label-set.ts'
import type { LabelView } from './label-view.ts'
import { LeaseTable } from './lease-table.ts'
import type { StoredJob } from './stored-job.ts'

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
 * No call costs more because jobs wait, whether they match the worker's labels or not.
 */
export class InMemoryJobQueue implements JobQueue {
  readonly capabilities: QueueCapabilities = Object.freeze({ durable: false, multiProcess: false })
  readonly #clock: Clock
  readonly #index = new LabelIndex()
  readonly #jobs: JobTable
  readonly #delayed = new DelayedJobs()
  readonly #leases = new LeaseTable()
  readonly #waiters: ClaimWaiters
  readonly #events = new JobEvents()
  /** Wakes waiting claims when the next delayed job is due. */
  readonly #timer: DueTimer
  #isClosed = false

  /** @throws {ValidationError} */
  constructor(options: InMemoryJobQueueOptions = {}) {
    const { clock = systemClock, maxJobs = DEFAULT_MAX_JOBS } = options
    this.#clock = clock
    this.#jobs = new JobTable(this.#index, parseInteger(maxJobs, 'maxJobs', 1, Number.MAX_SAFE_INTEGER))
    this.#waiters = new ClaimWaiters(clock)
    this.#timer = new DueTimer(clock, () => this.#promoteDue(this.#now()))
  }

  async enqueue(job: QueuedJob): Promise<EnqueueResult> {
    const now = this.#begin()
    const stored = this.#add(job, now)
    if (stored === null) return { status: 'duplicate' }
    this.#serve([stored.labelSet], now)
    return { status: 'enqueued' }
  }

  async enqueueMany(jobs: readonly QueuedJob[]): Promise<readonly EnqueueManyResult[]> {
    const now = this.#begin()
    if (!Array.isArray(jobs)) throw new ValidationError('jobs', 'must be an array of jobs')
    const sets = new Set<LabelSet>()
    const results = jobs.map((job: QueuedJob): EnqueueManyResult => {
      try {
        const stored = this.#add(job, now)
        if (stored === null) return { status: 'duplicate' }
        sets.add(stored.labelSet)
        return { status: 'enqueued' }
      } catch (error) {
        if (QueueError.is(error)) return { status: 'rejected', error }
        throw error
      }
    })
    this.#serve(sets, now)
    return results
  }

  async claim(options: ClaimOptions): Promise<ClaimedJob | null> {
    const now = this.#begin()
    const claim = parseClaim(options)
    if (claim.signal?.aborted) return null
    const view = this.#index.viewFor(claim.labels)
    const claimed = this.#take(claim, view, now)
    if (claimed !== null || claim.waitMs === 0) return claimed
    const [job = null] = await this.#wait({ ...claim, limit: 1 }, view)
    return job
  }

  async claimMany(options: ClaimManyOptions): Promise<readonly ClaimedJob[]> {
    const now = this.#begin()
    const claim = parseClaim(options)
    if (claim.signal?.aborted) return []
    const view = this.#index.viewFor(claim.labels)
    const claimed = this.#takeMany(claim, view, now)
    return claimed.length > 0 || claim.waitMs === 0 ? claimed : this.#wait(claim, view)
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
    if (lease.ending !== null) return { ...(lease.failResult as FailResult) }
    const { job, attempt } = lease
    const result = outcomeOf(job, options.retryable, now)
    this.#leases.settle(lease, 'failed')
    lease.failResult = result
    job.failure = valid
    if (result.willRetry) {
      this.#events.failed(job, attempt, valid, result, now)
      this.#retry(job, result, now)
    } else {
      this.#jobs.finish(job, 'failed', now)
      this.#events.failed(job, attempt, valid, result, now)
    }
    return { ...result }
  }

  async release(leaseId: string): Promise<void> {
    const now = this.#begin()
    const lease = this.#leases.liveOrSettled(leaseId, 'released', now)
    if (lease.ending !== null) return
    const { job } = lease
    this.#leases.settle(lease, 'released')
    this.#jobs.setState(job, 'waiting')
    job.availableAt = now
    this.#index.unshift(job)
    this.#events.ready(job, now)
    this.#serve([job.labelSet], now)
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
      const { job, attempt, workerId } = lease
      const result = outcomeOf(job, true, now)
      const failure = { message: `the lease of worker "${workerId}" expired: it was not renewed in time` }
      job.failure = failure
      events.push(this.#events.leaseExpired(lease, result, now))
      if (result.willRetry) this.#retry(job, result, now)
      else {
        this.#jobs.finish(job, 'failed', now)
        this.#events.failed(job, attempt, failure, result, now)
      }
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
    this.#timer.set(undefined)
    this.#waiters.close()
    this.#events.close()
  }

  #now(): number {
    return Math.floor(this.#clock.now())
  }

  /** Begins a call: jobs that are due by now are waiting before it looks at anything. */
  #begin(): number {
    if (this.#isClosed) throw new QueueClosedError()
    const now = this.#now()
    const { nextAt } = this.#delayed
    if (nextAt !== undefined && nextAt <= now) this.#promoteDue(now)
    return now
  }

  #promoteDue(now: number): void {
    const sets = new Set<LabelSet>()
    for (let job = this.#delayed.takeDue(now); job; job = this.#delayed.takeDue(now)) {
      this.#jobs.setState(job, 'waiting')
      this.#index.push(job)
      sets.add(job.labelSet)
    }
    this.#serve(sets, now)
    this.#setTimer()
  }

  #add(job: QueuedJob, now: number): StoredJob | null {
    const valid = parseJob(job)
    const stored = this.#jobs.add(valid, now)
    if (stored !== null) this.#ready(stored, now + valid.delayMs, now)
    return stored
  }

  /** Puts a job that is in no structure into the one in which it waits. */
  #ready(job: StoredJob, availableAt: number, now: number): void {
    job.availableAt = availableAt
    if (availableAt > now) {
      this.#jobs.setState(job, 'delayed')
      this.#delayed.push(job)
      this.#setTimer()
    } else {
      this.#jobs.setState(job, 'waiting')
      this.#index.push(job)
    }
    this.#events.ready(job, now)
  }

  #retry(job: StoredJob, { retryAt = 0 }: FailResult, now: number): void {
    job.attempt++
    this.#ready(job, retryAt, now)
    this.#serve([job.labelSet], now)
  }

  #cancel(job: StoredJob, now: number): void {
    if (job.state === 'waiting') this.#index.remove(job)
    else if (job.state === 'delayed') this.#delayed.remove(job)
    else if (job.lease) this.#leases.revoke(job.lease)
    this.#jobs.finish(job, 'cancelled', now)
    this.#setTimer()
    this.#events.cancelled(job, now)
  }

  #take(claim: ValidClaim, view: LabelView, now: number): ClaimedJob | null {
    const job = view.head()
    if (job === null) return null
    this.#index.remove(job)
    this.#jobs.setState(job, 'active')
    job.startedAt = now
    const lease = this.#leases.grant(job, claim.workerId, claim.leaseTtlMs, now)
    this.#events.started(job, claim.workerId, now)
    return { job: copyJob(job.job), lease: copyLease(lease) }
  }

  #takeMany(claim: ValidClaim, view: LabelView, now: number): ClaimedJob[] {
    const claimed: ClaimedJob[] = []
    while (claimed.length < claim.limit) {
      const next = this.#take(claim, view, now)
      if (next === null) break
      claimed.push(next)
    }
    return claimed
  }

  async #wait(claim: ValidClaim, view: LabelView): Promise<readonly ClaimedJob[]> {
    const wait = this.#waiters.wait(claim, view)
    this.#setTimer()
    const claimed = await wait
    this.#setTimer()
    return claimed
  }

  /** Gives the jobs of label sets that gained some to the claims that wait for them. */
  #serve(sets: Iterable<LabelSet>, now: number): void {
    if (this.#waiters.size === 0) return
    for (let waiter = this.#waiters.firstFor(sets); waiter; waiter = this.#waiters.firstFor(sets)) {
      waiter.settle(this.#takeMany(waiter.claim, waiter.view, now))
    }
  }

  #setTimer(): void {
    this.#timer.set(this.#waiters.size > 0 ? this.#delayed.nextAt : undefined)
  }
}

function outcomeOf(job: StoredJob, retryable: boolean, now: number): FailResult {
  const { maxRetries, backoff } = job.job.retryPolicy
  if (!retryable || job.attempt >= maxRetries) return { willRetry: false }
  return { willRetry: true, retryAt: now + backoffDelayMs(backoff, job.attempt + 1) }
}
