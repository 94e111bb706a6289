import type { ClaimManyOptions, ClaimOptions } from './claim-options.ts'
import type { QueueError } from './errors.ts'
import type { EventSubscription, SubscribeOptions } from './event-subscription.ts'
import type { ClaimedJob, JobFailure, JobRecord, JobState, JobSummary, Lease, Outputs, QueuedJob } from './job.ts'
import type { LeaseExpiredEvent } from './queue-event.ts'
import type { TransactionOptions } from './transaction-options.ts'

/** What a store can do beyond the contract that every backend keeps. The queue itself declares it. */
export interface QueueCapabilities {
  /** What was acknowledged survives the end of the process. */
  readonly durable: boolean
  /** Several processes may use the same store at once. */
  readonly multiProcess: boolean
}

/** What became of a job that was enqueued. A duplicate changed nothing, whatever differed. */
export interface EnqueueResult {
  readonly status: 'enqueued' | 'duplicate'
}

/** What became of one job of an `enqueueMany`. */
export type EnqueueManyResult = EnqueueResult | { readonly status: 'rejected'; readonly error: QueueError }

/** Whether a failed attempt will be followed by another. */
export interface FailResult {
  readonly willRetry: boolean
  /** When the next attempt can be claimed, on the store's clock; only with `willRetry`. */
  readonly retryAt?: number
}

/** What a cancellation did, and the state in which it left the job. */
export interface CancelResult {
  readonly status: 'cancelled' | 'alreadyFinished'
  readonly state: JobState
}

/** How many unfinished jobs a cancellation of their workflow ended. */
export interface CancelWorkflowResult {
  readonly cancelled: number
}

/** A page of a workflow's jobs. */
export interface ListJobsOptions {
  /** Only jobs in these states; all by default. */
  readonly states?: readonly JobState[]
  /** Jobs in a page, 1 to 1,000. Defaults to 100. */
  readonly limit?: number
  /** The `nextCursor` of the page before. */
  readonly cursor?: string
}

/** Jobs, and where the next page begins; without `nextCursor` this is the last. */
export interface JobPage {
  readonly jobs: readonly JobSummary[]
  readonly nextCursor?: string
}

/** How many unfinished jobs require one label set. */
export interface LabelSetStats {
  readonly labels: readonly string[]
  readonly waiting: number
  readonly delayed: number
  readonly active: number
}

/** Counts of all jobs that the store retains. */
export interface QueueStats {
  readonly byState: Readonly<Record<JobState, number>>
  /** Label sets that have unfinished jobs, in no order. */
  readonly byLabelSet: readonly LabelSetStats[]
}

/**
 * A queue of jobs with leases: workers claim what their labels allow, and own it until the lease runs out.
 *
 * Every rejection is a {@link QueueError}. Two are common to all methods and not repeated below: `BackendUnavailableError` when
 * the store does not answer, and `QueueClosedError` after `close`. All times are the store's. `Transaction` is what a caller may give
 * to take jobs into a transaction of its own; by default there is none.
 */
export interface JobQueue<Transaction = never> {
  readonly capabilities: QueueCapabilities

  /**
   * Adds a job, claimable everywhere as soon as the call resolves, or its delay has passed.
   *
   * A second job of the same `workflowId` and `jobId` is a `duplicate` as long as the first is retained, finished or not.
   *
   * @throws {ValidationError} and stores nothing.
   * @throws {WorkflowCancelledError}
   */
  enqueue(job: QueuedJob, options?: TransactionOptions<Transaction>): Promise<EnqueueResult>

  /** Adds jobs in order, each with an outcome of its own at its index; a bad one does not fail the others. */
  enqueueMany(
    jobs: readonly QueuedJob[],
    options?: TransactionOptions<Transaction>,
  ): Promise<readonly EnqueueManyResult[]>

  /**
   * Leases the claimable job with the highest priority to a worker; first in, first out within a label set.
   *
   * Resolves `null` when there is none, at once or when `waitMs` has passed, `signal` aborts or the queue closes.
   *
   * @throws {ValidationError}
   */
  claim(options: ClaimOptions): Promise<ClaimedJob | null>

  /**
   * Leases up to `limit` jobs, as many single claims would.
   *
   * Resolves as soon as there is at least one; with an empty list where `claim` resolves `null`.
   *
   * @throws {ValidationError}
   */
  claimMany(options: ClaimManyOptions): Promise<readonly ClaimedJob[]>

  /**
   * Extends a live lease to `extendByMs` from now.
   *
   * @throws {LeaseExpiredError} once it has expired, reaped or not.
   * @throws {LeaseNotFoundError}
   * @throws {JobCancelledError}
   * @throws {ValidationError} for less than 1 ms or more than 24 h.
   */
  renewLease(leaseId: string, extendByMs: number): Promise<Lease>

  /**
   * Ends the job as `completed` and keeps its outputs until it is purged.
   *
   * Repeating the call, after a lost reply, resolves as the first did.
   *
   * @throws {LeaseExpiredError}
   * @throws {LeaseNotFoundError}
   * @throws {JobCancelledError}
   * @throws {ValidationError}
   */
  complete(leaseId: string, outputs: Outputs): Promise<void>

  /**
   * Ends the attempt: the job returns after its backoff if `retryable` and a retry is left, else it ends as `failed`.
   *
   * A message over 16 KiB is cut and marked. Repeating the call, after a lost reply, resolves as the first did.
   *
   * @throws {LeaseExpiredError}
   * @throws {LeaseNotFoundError}
   * @throws {JobCancelledError}
   * @throws {ValidationError}
   */
  fail(leaseId: string, failure: JobFailure, options: { readonly retryable: boolean }): Promise<FailResult>

  /**
   * Hands the job back, claimable at once, without using an attempt.
   *
   * Repeating the call, after a lost reply, resolves as the first did.
   *
   * @throws {LeaseExpiredError}
   * @throws {LeaseNotFoundError}
   * @throws {JobCancelledError}
   */
  release(leaseId: string): Promise<void>

  /**
   * Ends an unfinished job as `cancelled` and revokes its lease: the worker's next call is rejected with `JobCancelledError`.
   *
   * A finished job stays as it is, and the result says so.
   *
   * @throws {JobNotFoundError}
   */
  cancel(workflowId: string, jobId: string): Promise<CancelResult>

  /**
   * Cancels every unfinished job of a workflow, and refuses every later enqueue for it.
   *
   * A workflow without jobs is cancelled too. The mark is forgotten when a `purge` finds it old enough and without jobs.
   */
  cancelWorkflow(workflowId: string): Promise<CancelWorkflowResult>

  /** Tells whether a job was cancelled; true for any job id of a cancelled workflow, false for an unknown job. */
  isCancelled(workflowId: string, jobId: string): Promise<boolean>

  /**
   * Ends every lease that has run out, each using one attempt, and returns the events of those that this call ended.
   *
   * Any number of processes may reap at once. Without a retry left the job ends as `failed`.
   */
  reapExpiredLeases(): Promise<readonly LeaseExpiredEvent[]>

  /** Opens a stream of events, live once this resolves. Close it, or leave its `for await`, to end it. */
  subscribe(options?: SubscribeOptions): Promise<EventSubscription>

  /** Reads all that is known of a job; `null` if it was never enqueued or is purged. */
  getJob(workflowId: string, jobId: string): Promise<JobRecord | null>

  /** Lists a workflow's jobs in pages; one that is there throughout is on exactly one page. */
  listJobs(workflowId: string, options?: ListJobsOptions): Promise<JobPage>

  /** Counts the waiting jobs of the same label set that are claimed before this one; `null` if it is not waiting. */
  position(workflowId: string, jobId: string): Promise<number | null>

  /** Counts the jobs of the whole queue. */
  stats(): Promise<QueueStats>

  /** Removes the jobs that ended more than `olderThanMs` ago, and returns how many. */
  purge(olderThanMs: number): Promise<number>

  /** Ends waiting claims and subscriptions and frees every timer and connection. A second call does nothing. */
  close(): Promise<void>
}
