import type { ClaimedJob, ValidClaim } from '@sluice/core'
import { ClaimWaiters } from './claim-waiters.ts'
import type { Clock } from './clock.ts'
import { DelayedJobs } from './delayed-jobs.ts'
import { DueTimer } from './due-timer.ts'
import type { JobEvents } from './job-events.ts'
import { copyJob, copyLease } from './job-record.ts'
import type { JobTable } from './job-table.ts'
import type { LabelIndex } from './label-index.ts'
import type { LabelView } from './label-view.ts'
import type { LeaseTable } from './lease-table.ts'
import type { JobLabelSet, StoredJob } from './stored-job.ts'

/** What the dispatcher shares with its queue. */
export interface DispatcherParts {
  readonly clock: Clock
  readonly jobs: JobTable
  readonly index: LabelIndex
  readonly leases: LeaseTable
  readonly events: JobEvents
}

/** Brings jobs and claims together: the jobs that wait or are delayed, and the claims that found none. */
export class JobDispatcher {
  readonly #jobs: JobTable
  readonly #index: LabelIndex
  readonly #leases: LeaseTable
  readonly #events: JobEvents
  readonly #delayed = new DelayedJobs()
  readonly #waiters: ClaimWaiters
  /** Wakes waiting claims when the next delayed job is due. */
  readonly #timer: DueTimer

  constructor({ clock, jobs, index, leases, events }: DispatcherParts) {
    this.#jobs = jobs
    this.#index = index
    this.#leases = leases
    this.#events = events
    this.#waiters = new ClaimWaiters(clock)
    this.#timer = new DueTimer(clock, () => this.#promoteDue(Math.floor(clock.now())))
  }

  /** Moves the jobs that are due by now among those that wait; every call to the queue begins with it. */
  promote(now: number): void {
    const { nextAt } = this.#delayed
    if (nextAt !== undefined && nextAt <= now) this.#promoteDue(now)
  }

  /** Puts a job at the back of its priority, now or when it becomes available. Claims that wait get it by `serve`. */
  put(job: StoredJob, availableAt: number, now: number): void {
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

  /** Puts a job at the front of its priority. Claims that wait get it by `serve`. */
  putFirst(job: StoredJob, now: number): void {
    job.availableAt = now
    this.#jobs.setState(job, 'waiting')
    this.#index.unshift(job)
    this.#events.ready(job, now)
  }

  /** Takes out a job that waits or is delayed. */
  remove(job: StoredJob): void {
    if (job.state === 'waiting') this.#index.remove(job)
    else {
      this.#delayed.remove(job)
      this.#setTimer()
    }
  }

  /** Leases the job that comes first to a worker. */
  take(claim: ValidClaim, now: number): ClaimedJob | null {
    return this.#take(claim, this.#index.viewFor(claim.labels), now)
  }

  /** Leases as many jobs as the claim may have. */
  takeMany(claim: ValidClaim, now: number): readonly ClaimedJob[] {
    const view = this.#index.viewFor(claim.labels)
    const claimed: ClaimedJob[] = []
    while (claimed.length < claim.limit) {
      const next = this.#take(claim, view, now)
      if (next === null) break
      claimed.push(next)
    }
    return claimed
  }

  /** Waits until there is a job for the claim; resolves with an empty list when the wait ends without. */
  async wait(claim: ValidClaim): Promise<readonly ClaimedJob[]> {
    const jobs = this.#waiters.wait(claim, this.#index.viewFor(claim.labels))
    this.#setTimer()
    try {
      return await jobs
    } finally {
      this.#setTimer()
    }
  }

  /** Gives the jobs of label sets that gained some to the claims that wait for them. */
  serve(sets: Iterable<JobLabelSet>, now: number): void {
    if (this.#waiters.size === 0) return
    for (let waiter = this.#waiters.firstFor(sets); waiter; waiter = this.#waiters.firstFor(sets)) {
      waiter.settle(this.takeMany(waiter.claim, now))
    }
  }

  /** Ends every wait and frees the timers. */
  close(): void {
    this.#waiters.close()
    this.#timer.set(undefined)
  }

  #take({ workerId, leaseTtlMs }: ValidClaim, view: LabelView, now: number): ClaimedJob | null {
    const job = view.head()
    if (job === null) return null
    this.#index.remove(job)
    this.#jobs.setState(job, 'active')
    job.startedAt = now
    const lease = this.#leases.grant(job, workerId, leaseTtlMs, now)
    this.#events.started(job, workerId, now)
    return { job: copyJob(job.job), lease: copyLease(lease) }
  }

  #promoteDue(now: number): void {
    const sets = new Set<JobLabelSet>()
    for (let job = this.#delayed.takeDue(now); job; job = this.#delayed.takeDue(now)) {
      this.#jobs.setState(job, 'waiting')
      this.#index.push(job)
      sets.add(job.labelSet)
    }
    this.serve(sets, now)
    this.#setTimer()
  }

  #setTimer(): void {
    this.#timer.set(this.#waiters.size > 0 ? this.#delayed.nextAt : undefined)
  }
}
