import {
  type CancelResult,
  type CancelWorkflowResult,
  type ClaimedJob,
  type ClaimManyOptions,
  type ClaimOptions,
  type EnqueueManyResult,
  type EnqueueResult,
  EventBuffer,
  type EventSubscription,
  type FailResult,
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
import { cancel, cancelWorkflow, isCancelled } from './cancel.ts'
import { claimMany, nextDueAt, promoteDueJobs } from './claim.ts'
import { enqueue } from './enqueue.ts'
import { getJob, listJobs, position, stats } from './inspect.ts'
import { renewLease } from './lease.ts'
import { purge } from './purge.ts'
import { reapExpiredLeases } from './reap.ts'
import type { Session } from './session.ts'
import { complete, fail, release } from './settle.ts'
import type { Store } from './store.ts'
import { Waiters } from './waiters.ts'

/** A job queue in a SQLite file. Each call is one transaction; what it tells and wakes comes after the commit. */
export class SqliteJobQueue implements JobQueue {
  readonly capabilities: QueueCapabilities
  readonly #store: Store
  readonly #waiters: Waiters
  readonly #subscribers = new Set<EventBuffer>()
  #isClosed = false

  constructor(store: Store) {
    this.capabilities = Object.freeze({ durable: store.isDurable, multiProcess: false })
    this.#store = store
    this.#waiters = new Waiters(store.clock)
  }

  async enqueue(job: QueuedJob, options?: TransactionOptions): Promise<EnqueueResult> {
    return this.#transact((session) => {
      refuseTransaction(options)
      return enqueue(session, parseJob(job))
    })
  }

  async enqueueMany(jobs: readonly QueuedJob[], options?: TransactionOptions): Promise<readonly EnqueueManyResult[]> {
    return this.#transact((session) => {
      refuseTransaction(options)
      if (!Array.isArray(jobs)) throw new ValidationError('jobs', 'must be an array of jobs')
      return jobs.map((job: QueuedJob) => outcomeOf(() => enqueue(session, parseJob(job))))
    })
  }

  async claim(options: ClaimOptions): Promise<ClaimedJob | null> {
    const [job = null] = await this.claimMany({ ...options, limit: 1 })
    return job
  }

  async claimMany(options: ClaimManyOptions): Promise<readonly ClaimedJob[]> {
    if (this.#isClosed) throw new QueueClosedError()
    const claim = parseClaim(options)
    const giveUpAt = Math.floor(this.#store.clock.now()) + claim.waitMs
    for (;;) {
      if (this.#isClosed || claim.signal?.aborted) return []
      const look = this.#transact((session) => ({
        now: session.now,
        jobs: claimMany(session, claim),
        dueAt: nextDueAt(session),
      }))
      if (look.jobs.length > 0 || look.now >= giveUpAt) return look.jobs
      await this.#waiters.wait(claim.signal, Math.min(giveUpAt, look.dueAt ?? giveUpAt))
    }
  }

  async renewLease(leaseId: string, extendByMs: number): Promise<Lease> {
    return this.#transact((session) =>
      renewLease(session, parseId(leaseId, 'leaseId'), parseLeaseTtl(extendByMs, 'extendByMs')),
    )
  }

  async complete(leaseId: string, outputs: Outputs): Promise<void> {
    this.#transact((session) => complete(session, parseId(leaseId, 'leaseId'), parseOutputs(outputs)))
  }

  async fail(leaseId: string, failure: JobFailure, options: { readonly retryable: boolean }): Promise<FailResult> {
    return this.#transact((session) => {
      if (typeof options?.retryable !== 'boolean')
        throw new ValidationError('options.retryable', 'must be true or false')
      return fail(session, parseId(leaseId, 'leaseId'), parseFailure(failure), options.retryable)
    })
  }

  async release(leaseId: string): Promise<void> {
    this.#transact((session) => release(session, parseId(leaseId, 'leaseId')))
  }

  async cancel(workflowId: string, jobId: string): Promise<CancelResult> {
    return this.#transact((session) => cancel(session, parseJobRef(workflowId, jobId)))
  }

  async cancelWorkflow(workflowId: string): Promise<CancelWorkflowResult> {
    return this.#transact((session) => cancelWorkflow(session, parseId(workflowId, 'workflowId')))
  }

  async isCancelled(workflowId: string, jobId: string): Promise<boolean> {
    return this.#transact((session) => isCancelled(session, parseJobRef(workflowId, jobId)))
  }

  async reapExpiredLeases(): Promise<readonly LeaseExpiredEvent[]> {
    return this.#transact(reapExpiredLeases)
  }

  async subscribe(options?: SubscribeOptions): Promise<EventSubscription> {
    if (this.#isClosed) throw new QueueClosedError()
    const buffer = new EventBuffer(options, () => this.#subscribers.delete(buffer))
    this.#subscribers.add(buffer)
    return buffer
  }

  async getJob(workflowId: string, jobId: string): Promise<JobRecord | null> {
    return this.#transact((session) => getJob(session, parseJobRef(workflowId, jobId)))
  }

  async listJobs(workflowId: string, options?: ListJobsOptions): Promise<JobPage> {
    return this.#transact((session) => listJobs(session, parseId(workflowId, 'workflowId'), options))
  }

  async position(workflowId: string, jobId: string): Promise<number | null> {
    return this.#transact((session) => position(session, parseJobRef(workflowId, jobId)))
  }

  async stats(): Promise<QueueStats> {
    return this.#transact(stats)
  }

  async purge(olderThanMs: number): Promise<number> {
    return this.#transact((session) => purge(session, session.now - parseAge(olderThanMs, 'olderThanMs')))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#waiters.wakeAll()
    for (const subscriber of this.#subscribers) subscriber.close()
  }

  /** Commits first, and then tells: who hears of a change finds it stored. */
  #transact<Result>(body: (session: Session) => Result): Result {
    if (this.#isClosed) throw new QueueClosedError()
    const { result, events } = this.#store.transaction((session) => {
      promoteDueJobs(session)
      return { result: body(session), events: session.events }
    })
    for (const subscriber of this.#subscribers) {
      for (const event of events) subscriber.push(structuredClone(event))
    }
    if (events.some(({ kind }) => kind === 'ready')) this.#waiters.wakeAll()
    return result
  }
}

function outcomeOf(enqueueOne: () => EnqueueResult): EnqueueManyResult {
  try {
    return enqueueOne()
  } catch (error) {
    if (QueueError.is(error)) return { status: 'rejected', error }
    throw error
  }
}
