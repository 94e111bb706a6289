import {
  type CancelResult,
  type CancelWorkflowResult,
  type ClaimedJob,
  type ClaimManyOptions,
  type ClaimOptions,
  type EnqueueManyResult,
  type EnqueueResult,
  type EventSubscription,
  type FailResult,
  type JobFailure,
  JobNotFoundError,
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
import type { RedisConnectionOptions } from '../connection/connection-options.ts'
import { RedisConnection } from '../connection/redis-connection.ts'
import type { RedisSession } from '../connection/redis-session.ts'
import type { Script, ScriptArgument } from '../connection/script.ts'
import { CallBatch } from './call-batch.ts'
import { CallSlots } from './call-slots.ts'
import { cancelWorkflow } from './cancel-workflow.ts'
import { ClaimCalls } from './claim-calls.ts'
import { ClaimWaiters } from './claim-waiters.ts'
import { EnqueueCalls } from './enqueue-calls.ts'
import { EventReader } from './event-reader.ts'
import { upkeepIndex } from './index-upkeep.ts'
import { encodeId, encodeJobKey } from './job-key.ts'
import { readJobPage } from './job-page.ts'
import { LeaseCalls } from './lease-calls.ts'
import { createToken } from './lease-id.ts'
import { purgeJobs } from './purge-jobs.ts'
import { QUEUE_SCRIPTS } from './queue-scripts.ts'
import { readJobs } from './read-jobs.ts'
import { reapExpiredLeases } from './reap-leases.ts'

/** How a queue differs from the default. */
export interface RedisJobQueueOptions {
  /**
   * How often a waiting claim, or a subscription, looks without being told to, 100 ms to 24 h. Defaults to 5,000.
   *
   * It only serves where a message between processes is lost, or somebody changes jobs by a dashboard.
   */
  readonly pollIntervalMs?: number
}

const DEFAULT_POLL_INTERVAL_MS = 5000
const MAX_POLL_INTERVAL_MS = 24 * 60 * 60 * 1000

/**
 * A job queue in Redis. Its jobs are jobs of one BullMQ queue for each namespace.
 *
 * Calls that are made in one turn of the event loop share a round trip.
 */
export class RedisJobQueue implements JobQueue {
  readonly capabilities: QueueCapabilities = Object.freeze({ durable: true, multiProcess: true })
  readonly #session: RedisSession
  readonly #slots = new CallSlots()
  readonly #enqueueCalls: EnqueueCalls
  readonly #leaseCalls: LeaseCalls
  readonly #claimCalls: ClaimCalls
  readonly #waiters: ClaimWaiters
  readonly #events: EventReader
  readonly #records: CallBatch<string, JobRecord | null>
  #closing: Promise<void> | undefined

  /** @throws {ValidationError} */
  constructor(connection: RedisConnection, options: RedisJobQueueOptions = {}) {
    const { pollIntervalMs = DEFAULT_POLL_INTERVAL_MS } = options
    parseInteger(pollIntervalMs, 'pollIntervalMs', 100, MAX_POLL_INTERVAL_MS)
    const session = connection.session()
    this.#session = session
    this.#enqueueCalls = new EnqueueCalls(session)
    this.#leaseCalls = new LeaseCalls(session)
    this.#claimCalls = new ClaimCalls(session, this.#slots, this.#leaseCalls)
    this.#waiters = new ClaimWaiters(session, this.#claimCalls, pollIntervalMs)
    this.#events = new EventReader(session, pollIntervalMs)
    this.#records = new CallBatch(session, (jobKeys) => readJobs(session, jobKeys))
  }

  /**
   * Opens the queue on a connection of its own.
   *
   * @throws {ValidationError}
   * @throws {BackendUnavailableError}
   */
  static async open(options: RedisConnectionOptions & RedisJobQueueOptions = {}): Promise<RedisJobQueue> {
    return RedisConnection.openFor(options, (connection) => new RedisJobQueue(connection, options))
  }

  async enqueue(job: QueuedJob, options?: TransactionOptions): Promise<EnqueueResult> {
    this.#assertOpen()
    refuseTransaction(options)
    return this.#enqueueCalls.add(parseJob(job))
  }

  async enqueueMany(jobs: readonly QueuedJob[], options?: TransactionOptions): Promise<readonly EnqueueManyResult[]> {
    this.#assertOpen()
    refuseTransaction(options)
    if (!Array.isArray(jobs)) throw new ValidationError('jobs', 'must be an array of jobs')
    return Promise.all(jobs.map((job: QueuedJob) => this.#tryAdd(job)))
  }

  async claim(options: ClaimOptions): Promise<ClaimedJob | null> {
    const [job = null] = await this.#claim({ ...options, limit: 1 })
    return job
  }

  async claimMany(options: ClaimManyOptions): Promise<readonly ClaimedJob[]> {
    return this.#claim(options)
  }

  async renewLease(leaseId: string, extendByMs: number): Promise<Lease> {
    this.#assertOpen()
    return this.#leaseCalls.renew(leaseId, parseLeaseTtl(extendByMs, 'extendByMs'))
  }

  async complete(leaseId: string, outputs: Outputs): Promise<void> {
    this.#assertOpen()
    return this.#leaseCalls.complete(leaseId, parseOutputs(outputs))
  }

  async fail(leaseId: string, failure: JobFailure, options: { readonly retryable: boolean }): Promise<FailResult> {
    this.#assertOpen()
    const valid = parseFailure(failure)
    if (typeof options?.retryable !== 'boolean') throw new ValidationError('options.retryable', 'must be true or false')
    return this.#leaseCalls.fail(leaseId, valid, options.retryable)
  }

  async release(leaseId: string): Promise<void> {
    this.#assertOpen()
    return this.#leaseCalls.release(leaseId)
  }

  async cancel(workflowId: string, jobId: string): Promise<CancelResult> {
    this.#assertOpen()
    const jobKey = encodeJobKey(parseJobRef(workflowId, jobId))
    const [outcome, state = 'cancelled'] = await this.#run(QUEUE_SCRIPTS.cancel, jobKey, createToken())
    if (outcome === 'unknown') throw new JobNotFoundError(workflowId, jobId)
    return { status: outcome === 'cancelled' ? outcome : 'alreadyFinished', state }
  }

  async cancelWorkflow(workflowId: string): Promise<CancelWorkflowResult> {
    this.#assertOpen()
    return { cancelled: await cancelWorkflow(this.#session, encodeId(parseId(workflowId, 'workflowId'))) }
  }

  async isCancelled(workflowId: string, jobId: string): Promise<boolean> {
    this.#assertOpen()
    const jobKey = encodeJobKey(parseJobRef(workflowId, jobId))
    return (await this.#run(QUEUE_SCRIPTS.isCancelled, jobKey)) === 1
  }

  async reapExpiredLeases(): Promise<readonly LeaseExpiredEvent[]> {
    this.#assertOpen()
    const events = await reapExpiredLeases(this.#session, this.#slots)
    await upkeepIndex(this.#session)
    return events
  }

  async subscribe(options?: SubscribeOptions): Promise<EventSubscription> {
    this.#assertOpen()
    return this.#events.subscribe(options)
  }

  async getJob(workflowId: string, jobId: string): Promise<JobRecord | null> {
    this.#assertOpen()
    const jobKey = encodeJobKey(parseJobRef(workflowId, jobId))
    return this.#records.call(jobKey)
  }

  async listJobs(workflowId: string, options?: ListJobsOptions): Promise<JobPage> {
    this.#assertOpen()
    return readJobPage(this.#session, parseId(workflowId, 'workflowId'), options)
  }

  async position(workflowId: string, jobId: string): Promise<number | null> {
    this.#assertOpen()
    const jobKey = encodeJobKey(parseJobRef(workflowId, jobId))
    for (;;) {
      const position = await this.#run(QUEUE_SCRIPTS.position, jobKey)
      if (position !== -1) return position
    }
  }

  async stats(): Promise<QueueStats> {
    this.#assertOpen()
    return upkeepIndex(this.#session)
  }

  async purge(olderThanMs: number): Promise<number> {
    this.#assertOpen()
    return purgeJobs(this.#session, this.#slots, parseAge(olderThanMs, 'olderThanMs'))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#events.close()
    await this.#waiters.close()
    await this.#session.close()
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new QueueClosedError()
  }

  async #claim(options: ClaimManyOptions): Promise<readonly ClaimedJob[]> {
    this.#assertOpen()
    const claim = parseClaim(options)
    if (claim.signal?.aborted) return []
    return claim.waitMs === 0 ? (await this.#claimCalls.take(claim)).jobs : this.#waiters.wait(claim)
  }

  async #tryAdd(job: QueuedJob): Promise<EnqueueManyResult> {
    try {
      return await this.#enqueueCalls.add(parseJob(job))
    } catch (error) {
      // Whether a job was stored is not known while Redis is down; the caller repeats the call.
      if (!QueueError.is(error) || error.code === 'BACKEND_UNAVAILABLE' || error.code === 'QUEUE_CLOSED') throw error
      return { status: 'rejected', error }
    }
  }

  #run<Reply>(script: Script<Reply>, ...args: readonly ScriptArgument[]): Promise<Reply> {
    return this.#session.run(script, [this.#session.keys.prefix], args)
  }
}
