import { backoffDelayMs } from '../backoff.ts'
import {
  JobCancelledError,
  JobNotFoundError,
  LeaseExpiredError,
  LeaseNotFoundError,
  WorkflowCancelledError,
} from '../errors.ts'
import { isTerminalJobState, JOB_STATES, type JobState, type Lease, type Outputs, type QueuedJob } from '../job.ts'
import type { CancelResult, EnqueueResult, FailResult, LabelSetStats, QueueStats } from '../job-queue.ts'
import { isLabelSubset, labelSetKey } from '../label-set.ts'
import { parseJob, type ValidJob } from '../validation.ts'

export interface ModelJob {
  readonly job: ValidJob
  readonly enqueuedAt: number
  /** Its place among its equals; `null` where that is the backend's choice. */
  order: number | null
  availableAt: number
  finishedAt?: number
  attempt: number
  isActive: boolean
  ending?: 'completed' | 'failed' | 'cancelled'
  lease?: ModelLease
  /** The lease that ended last, by a call or a reaper. */
  latestEnded?: ModelLease
  outputs?: Outputs
  /** The message of the failure that the latest attempt ended with, where a worker told it. */
  failureMessage?: string | undefined
}

export interface ModelLease {
  readonly leaseId: string
  readonly job: ModelJob
  readonly attempt: number
  expiresAt: number
  settled?: { readonly by: 'complete' | 'fail' | 'release'; readonly result: FailResult | undefined }
}

/** The contract in its plainest form: it keeps everything in arrays, looks at all of it, and never waits. */
export class ModelQueue {
  readonly leases: ModelLease[] = []
  readonly #events = new Map<string, string[]>()
  readonly #now: () => number
  #jobs: ModelJob[] = []
  readonly #cancelledAt = new Map<string, number>()
  #enqueued = 0

  constructor(now: () => number) {
    this.#now = now
  }

  enqueue(input: QueuedJob): EnqueueResult {
    const job = parseJob(input)
    if (this.#cancelledAt.has(job.workflowId)) throw new WorkflowCancelledError(job.workflowId)
    if (this.find(job.workflowId, job.jobId)) return { status: 'duplicate' }
    const now = this.#now()
    const order = job.delayMs > 0 ? null : this.#enqueued++
    const added = { job, enqueuedAt: now, availableAt: now + job.delayMs, attempt: 0, isActive: false, order }
    this.#jobs.push(added)
    this.#tell(added, 'ready')
    return { status: 'enqueued' }
  }

  /** All jobs that a claim with these labels may give, of which there is more than one where the contract leaves a choice. */
  claimable(labels: readonly string[]): ModelJob[] {
    const fitting = this.#jobs.filter(
      (job) => this.stateOf(job) === 'waiting' && isLabelSubset(job.job.requiredLabels, labels),
    )
    const highest = Math.max(...fitting.map(({ job }) => job.priority))
    const first = fitting.filter(({ job }) => job.priority === highest)
    return first.filter((job) => job.order === null || !first.some((other) => isSurelyBefore(other, job)))
  }

  /** Gives a job to the worker to which the queue under test gave it. */
  grant({ workflowId, jobId, leaseId, ttlMs }: Lease): ModelLease {
    const job = this.#get(workflowId, jobId)
    const lease = { leaseId, job, attempt: job.attempt, expiresAt: this.#now() + ttlMs }
    job.lease = lease
    job.isActive = true
    this.leases.push(lease)
    this.#tell(job, 'started')
    return lease
  }

  renewLease(leaseId: string, extendByMs: number): number {
    const lease = this.#live(leaseId)
    lease.expiresAt = this.#now() + extendByMs
    return lease.expiresAt
  }

  complete(leaseId: string, outputs: Outputs): void {
    if (this.#isRepeated(leaseId, 'complete')) return
    const { job } = this.#settle(leaseId, 'complete')
    job.outputs = outputs
    job.failureMessage = undefined
    this.#finish(job, 'completed')
  }

  fail(leaseId: string, message: string, retryable: boolean): FailResult {
    const repeated = this.#isRepeated(leaseId, 'fail')
    if (repeated) return repeated.result as FailResult
    const { job } = this.#live(leaseId)
    const retryAt = retryable ? this.#retryAt(job) : undefined
    const result = retryAt === undefined ? { willRetry: false } : { willRetry: true, retryAt }
    this.#settle(leaseId, 'fail', result)
    this.#endAttempt(job, 'failed', retryAt, message)
    return result
  }

  release(leaseId: string): void {
    if (this.#isRepeated(leaseId, 'release')) return
    const { job } = this.#settle(leaseId, 'release')
    this.#putBack(job, this.#now())
  }

  cancel(workflowId: string, jobId: string): CancelResult {
    const job = this.#get(workflowId, jobId)
    const state = this.stateOf(job)
    if (isTerminalJobState(state)) return { status: 'alreadyFinished', state }
    this.#finish(job, 'cancelled')
    return { status: 'cancelled', state: 'cancelled' }
  }

  cancelWorkflow(workflowId: string): { cancelled: number } {
    if (!this.#cancelledAt.has(workflowId)) this.#cancelledAt.set(workflowId, this.#now())
    const unfinished = this.jobsOf(workflowId).filter(({ ending }) => ending === undefined)
    for (const job of unfinished) this.#finish(job, 'cancelled')
    return { cancelled: unfinished.length }
  }

  isCancelled(workflowId: string, jobId: string): boolean {
    return this.#cancelledAt.has(workflowId) || this.find(workflowId, jobId)?.ending === 'cancelled'
  }

  reapExpiredLeases(): { jobId: string; workflowId: string; attempt: number; willRetry: boolean }[] {
    const expired = this.#jobs.filter(({ isActive, lease }) => isActive && lease && lease.expiresAt <= this.#now())
    return expired.map((job) => {
      const { workflowId, jobId } = job.job
      const event = { workflowId, jobId, attempt: job.attempt, willRetry: this.#retryAt(job) !== undefined }
      this.#tell(job, 'leaseExpired')
      this.#endAttempt(job, null, this.#retryAt(job), undefined)
      return event
    })
  }

  purge(olderThanMs: number): number {
    const before = this.#now() - olderThanMs
    const purged = this.#jobs.filter(({ finishedAt }) => finishedAt !== undefined && finishedAt < before)
    this.#jobs = this.#jobs.filter((job) => !purged.includes(job))
    for (const [workflowId, cancelledAt] of this.#cancelledAt) {
      if (cancelledAt < before && this.jobsOf(workflowId).length === 0) this.#cancelledAt.delete(workflowId)
    }
    return purged.length
  }

  find(workflowId: string, jobId: string): ModelJob | undefined {
    return this.#jobs.find(({ job }) => job.workflowId === workflowId && job.jobId === jobId)
  }

  jobsOf(workflowId: string): ModelJob[] {
    return this.#jobs.filter(({ job }) => job.workflowId === workflowId)
  }

  stateOf({ ending, isActive, availableAt }: ModelJob): JobState {
    return ending ?? (isActive ? 'active' : availableAt > this.#now() ? 'delayed' : 'waiting')
  }

  /** The fewest and the most jobs that may come before a waiting job. */
  position(workflowId: string, jobId: string): { min: number; max: number } | null {
    const job = this.find(workflowId, jobId)
    if (!job || this.stateOf(job) !== 'waiting') return null
    const rivals = this.#jobs.filter(
      (other) => other !== job && this.stateOf(other) === 'waiting' && haveSameLabels(other, job),
    )
    const min = rivals.filter((other) => other.job.priority > job.job.priority || isSurelyBefore(other, job)).length
    const open = rivals.filter(
      (other) => other.job.priority === job.job.priority && (other.order === null || job.order === null),
    )
    return { min, max: min + open.length }
  }

  stats(): QueueStats {
    const byState = Object.fromEntries(JOB_STATES.map((state) => [state, 0])) as Record<JobState, number>
    const byLabelSet = new Map<string, LabelSetStats>()
    for (const job of this.#jobs) {
      const state = this.stateOf(job)
      byState[state]++
      if (state !== 'waiting' && state !== 'delayed' && state !== 'active') continue
      const { requiredLabels: labels } = job.job
      const counts = byLabelSet.get(labelSetKey(labels)) ?? { labels, waiting: 0, delayed: 0, active: 0 }
      byLabelSet.set(labelSetKey(labels), { ...counts, [state]: counts[state] + 1 })
    }
    return { byState, byLabelSet: [...byLabelSet.values()] }
  }

  /** The kinds and attempts of all events of the jobs of this name. */
  eventsOf(workflowId: string, jobId: string): readonly string[] {
    return this.#events.get(keyOf({ workflowId, jobId })) ?? []
  }

  /** Whether the job of a lease was purged, so that the store may have forgotten the lease. */
  isForgotten(lease: ModelLease): boolean {
    return !this.#jobs.includes(lease.job)
  }

  /** Whether a lease or a delay ends in the coming milliseconds. */
  isDueWithin(ms: number): boolean {
    const isSoon = (at: number) => at > this.#now() && at <= this.#now() + ms
    const unfinished = this.#jobs.filter(({ ending }) => ending === undefined)
    return unfinished.some(({ isActive, lease, availableAt }) =>
      isSoon(isActive && lease ? lease.expiresAt : availableAt),
    )
  }

  #get(workflowId: string, jobId: string): ModelJob {
    const job = this.find(workflowId, jobId)
    if (!job) throw new JobNotFoundError(workflowId, jobId)
    return job
  }

  #known(leaseId: string): ModelLease {
    const lease = this.leases.find((each) => each.leaseId === leaseId)
    if (!lease || this.isForgotten(lease)) throw new LeaseNotFoundError(leaseId)
    const { job, ending } = lease.job
    if (ending === 'cancelled') throw new JobCancelledError(job.workflowId, job.jobId)
    return lease
  }

  #live(leaseId: string): ModelLease {
    const lease = this.#known(leaseId)
    const isLive = lease.job.isActive && lease.job.lease === lease && lease.expiresAt > this.#now()
    if (!isLive) throw new LeaseExpiredError(leaseId)
    return lease
  }

  #isRepeated(leaseId: string, by: string): ModelLease['settled'] | undefined {
    const { settled } = this.#known(leaseId)
    return settled?.by === by ? settled : undefined
  }

  #settle(leaseId: string, by: 'complete' | 'fail' | 'release', result?: FailResult): ModelLease {
    const lease = this.#live(leaseId)
    lease.settled = { by, result }
    lease.job.latestEnded = lease
    return lease
  }

  #retryAt({ job, attempt }: ModelJob): number | undefined {
    const { maxRetries, backoff } = job.retryPolicy
    return attempt < maxRetries ? this.#now() + backoffDelayMs(backoff, attempt + 1) : undefined
  }

  #endAttempt(job: ModelJob, event: 'failed' | null, retryAt: number | undefined, message: string | undefined): void {
    if (job.lease) job.latestEnded = job.lease
    job.failureMessage = message
    if (retryAt === undefined) {
      this.#finish(job, 'failed')
    } else {
      if (event) this.#tell(job, event)
      job.attempt++
      this.#putBack(job, retryAt)
    }
  }

  #putBack(job: ModelJob, availableAt: number): void {
    job.isActive = false
    job.availableAt = availableAt
    job.order = null
    this.#tell(job, 'ready')
  }

  #finish(job: ModelJob, ending: 'completed' | 'failed' | 'cancelled'): void {
    job.isActive = false
    job.ending = ending
    job.finishedAt = this.#now()
    this.#tell(job, ending)
  }

  #tell({ job, attempt }: ModelJob, kind: string): void {
    const { workflowId, jobId } = job
    this.#events.set(keyOf(job), [...this.eventsOf(workflowId, jobId), `${kind} ${attempt}`])
  }
}

/** Names a job in one string. */
export function keyOf({ workflowId, jobId }: { workflowId: string; jobId: string }): string {
  return `${workflowId} ${jobId}`
}

function isSurelyBefore(one: ModelJob, other: ModelJob): boolean {
  const areOrdered = one.order !== null && other.order !== null && one.order < other.order
  return areOrdered && one.job.priority === other.job.priority && haveSameLabels(one, other)
}

function haveSameLabels(one: ModelJob, other: ModelJob): boolean {
  return labelSetKey(one.job.requiredLabels) === labelSetKey(other.job.requiredLabels)
}
