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
  parseJobRef,
  parseLeaseTtl,
  parseOutputs,
  type QueueCapabilities,
  type QueuedJob,
  type QueueStats,
  type SubscribeOptions,
  type TransactionOptions,
  ValidationError,
  type ValidClaim,
} from '@sluice/core'
import type { PgBoss } from 'pg-boss'
import type { CallerTransaction } from '../database/caller-transaction.ts'
import type { Database } from '../database/database.ts'
import { DatabaseHandle } from '../database/database-handle.ts'
import { AttemptEnder } from './attempt-ender.ts'
import { ClaimWaiters } from './claim-waiters.ts'
import { JobCanceller } from './job-canceller.ts'
import { JobClaimer } from './job-claimer.ts'
import { JobEnqueuer } from './job-enqueuer.ts'
import { JobPurger } from './job-purger.ts'
import { JobReader } from './job-reader.ts'
import { LabelSets } from './label-sets.ts'
import { LeaseIds } from './lease-ids.ts'
import { LeaseKeeper } from './lease-keeper.ts'
import { QueueEvents } from './queue-events.ts'
import { QueueStatements } from './queue-statements.ts'
import readLeaseKeySql from './read-lease-key.sql'

/** How a queue is opened on a database. */
export interface PgBossJobQueueOptions {
  readonly database: Database
  /** A started pg-boss on the same database. */
  readonly boss: PgBoss
  /** How often a claim that waits looks for jobs though it has heard of none, in milliseconds. Defaults to 1,000. */
  readonly pollIntervalMs?: number
  /** Called with `close`: ends what was opened for this queue alone. */
  readonly onClose?: () => Promise<void>
}

interface QueueParts {
  readonly labelSets: LabelSets
  readonly statements: QueueStatements
  readonly leaseIds: LeaseIds
  readonly enqueuer: JobEnqueuer
  readonly claimer: JobClaimer
  readonly keeper: LeaseKeeper
}

/** A job queue in PostgreSQL, in which every job is a job of pg-boss. */
export class PgBossJobQueue implements JobQueue<CallerTransaction> {
  readonly capabilities: QueueCapabilities
  readonly #handle: DatabaseHandle
  readonly #onClose: () => Promise<void>
  readonly #enqueuer: JobEnqueuer
  readonly #claimer: JobClaimer
  readonly #keeper: LeaseKeeper
  readonly #attempts: AttemptEnder
  readonly #canceller: JobCanceller
  readonly #reader: JobReader
  readonly #purger: JobPurger
  readonly #waiters: ClaimWaiters
  readonly #events: QueueEvents
  #closing: Promise<void> | null = null

  /** Made by {@link PgBossJobQueue.open}. */
  private constructor(options: PgBossJobQueueOptions, parts: QueueParts) {
    const { database, pollIntervalMs = 1000, onClose = async () => {} } = options
    const { labelSets, statements, leaseIds, enqueuer, claimer, keeper } = parts
    this.capabilities = Object.freeze({ durable: true, multiProcess: database.isServer })
    this.#handle = new DatabaseHandle(database)
    this.#onClose = onClose
    this.#enqueuer = enqueuer
    this.#claimer = claimer
    this.#keeper = keeper
    this.#attempts = new AttemptEnder(database, statements, leaseIds)
    this.#canceller = new JobCanceller(database, statements)
    this.#reader = new JobReader(database)
    this.#purger = new JobPurger(database, statements)
    this.#waiters = new ClaimWaiters(
      {
        requiredLabels: (labelSet) => labelSets.get(labelSet)?.labels,
        claim: (labels, requests) => claimer.claimNow(labels, requests),
        release: (leaseId) => keeper.release(leaseId),
        nextDueMs: (labels) => claimer.nextDueMs(labels),
      },
      parseInteger(pollIntervalMs, 'pollIntervalMs', 1, 2 ** 31 - 1),
    )
    this.#events = new QueueEvents(database, {
      onReady: (labelSet, inMs) => this.#waiters.wake(labelSet, inMs),
      onGap: () => this.#waiters.wakeAll(),
    })
  }

  /** Opens a queue on a database whose schemas are there. */
  static async open(options: PgBossJobQueueOptions): Promise<PgBossJobQueue> {
    const { database, boss } = options
    const labelSets = new LabelSets(database, boss)
    await labelSets.load()
    const { queue } = await labelSets.ensure([])
    const statements = await QueueStatements.read(database, boss, queue)
    const [key] = await database.query<{ secret: string }>(readLeaseKeySql)
    const leaseIds = new LeaseIds(key?.secret ?? '')
    return new PgBossJobQueue(options, {
      labelSets,
      statements,
      leaseIds,
      enqueuer: new JobEnqueuer(database, labelSets, statements),
      claimer: new JobClaimer(database, labelSets, statements, leaseIds),
      keeper: new LeaseKeeper(database, labelSets, statements, leaseIds),
    })
  }

  async enqueue(job: QueuedJob, options?: TransactionOptions<CallerTransaction>): Promise<EnqueueResult> {
    return this.#handle.call(() => this.#enqueuer.enqueue(job, options?.transaction))
  }

  async enqueueMany(
    jobs: readonly QueuedJob[],
    options?: TransactionOptions<CallerTransaction>,
  ): Promise<readonly EnqueueManyResult[]> {
    return this.#handle.call(() => this.#enqueuer.enqueueMany(jobs, options?.transaction))
  }

  async claim(options: ClaimOptions): Promise<ClaimedJob | null> {
    const [job = null] = await this.#handle.call(() => this.#claim({ ...parseClaim(options), limit: 1 }))
    return job
  }

  async claimMany(options: ClaimManyOptions): Promise<readonly ClaimedJob[]> {
    return this.#handle.call(() => this.#claim(parseClaim(options)))
  }

  async renewLease(leaseId: string, extendByMs: number): Promise<Lease> {
    return this.#handle.call(async () => this.#keeper.renew(leaseId, parseLeaseTtl(extendByMs, 'extendByMs')))
  }

  async complete(leaseId: string, outputs: Outputs): Promise<void> {
    return this.#handle.call(async () => this.#keeper.complete(leaseId, parseOutputs(outputs)))
  }

  async fail(leaseId: string, failure: JobFailure, options: { readonly retryable: boolean }): Promise<FailResult> {
    return this.#handle.call(async () => {
      const valid = parseFailure(failure)
      if (typeof options?.retryable !== 'boolean') {
        throw new ValidationError('options.retryable', 'must be true or false')
      }
      return this.#attempts.fail(await this.#keeper.find(leaseId), valid, options.retryable)
    })
  }

  async release(leaseId: string): Promise<void> {
    return this.#handle.call(() => this.#keeper.release(leaseId))
  }

  async cancel(workflowId: string, jobId: string): Promise<CancelResult> {
    return this.#handle.call(async () => {
      parseJobRef(workflowId, jobId)
      return this.#canceller.cancel(workflowId, jobId)
    })
  }

  async cancelWorkflow(workflowId: string): Promise<CancelWorkflowResult> {
    return this.#handle.call(async () => this.#canceller.cancelWorkflow(parseId(workflowId, 'workflowId')))
  }

  async isCancelled(workflowId: string, jobId: string): Promise<boolean> {
    return this.#handle.call(async () => {
      parseJobRef(workflowId, jobId)
      return this.#canceller.isCancelled(workflowId, jobId)
    })
  }

  async reapExpiredLeases(): Promise<readonly LeaseExpiredEvent[]> {
    return this.#handle.call(() => this.#attempts.reap())
  }

  async subscribe(options?: SubscribeOptions): Promise<EventSubscription> {
    return this.#handle.call(() => this.#events.subscribe(options))
  }

  async getJob(workflowId: string, jobId: string): Promise<JobRecord | null> {
    return this.#handle.call(async () => {
      parseJobRef(workflowId, jobId)
      return this.#reader.getJob(workflowId, jobId)
    })
  }

  async listJobs(workflowId: string, options?: ListJobsOptions): Promise<JobPage> {
    return this.#handle.call(async () => this.#reader.listJobs(parseId(workflowId, 'workflowId'), options))
  }

  async position(workflowId: string, jobId: string): Promise<number | null> {
    return this.#handle.call(async () => {
      parseJobRef(workflowId, jobId)
      return this.#reader.position(workflowId, jobId)
    })
  }

  async stats(): Promise<QueueStats> {
    return this.#handle.call(() => this.#reader.stats())
  }

  async purge(olderThanMs: number): Promise<number> {
    return this.#handle.call(async () => this.#purger.purge(parseAge(olderThanMs, 'olderThanMs')))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #claim(claim: ValidClaim): Promise<readonly ClaimedJob[]> {
    if (claim.signal?.aborted) return []
    if (claim.waitMs === 0) {
      return this.#claimer.claim(
        claim.labels,
        Array.from({ length: claim.limit }, () => claim),
      )
    }
    await this.#events.listen()
    return this.#waiters.wait(claim)
  }

  async #close(): Promise<void> {
    await this.#handle.close()
    await Promise.all([this.#waiters.close(), this.#events.close()])
    await this.#onClose()
  }
}
