import type { JobFailure, Outputs } from './job.ts'
import type { JsonValue } from './json.ts'
import type { TransactionOptions } from './transaction-options.ts'

/** Where a run stands. The last three are final until the run is retried. */
export type RunStatus = 'running' | 'succeeded' | 'failed' | 'cancelled'

/** Where a job of a run stands. The last four are final. */
export type RunJobState = 'blocked' | 'queued' | 'running' | 'succeeded' | 'failed' | 'skipped' | 'cancelled'

/** Every state of a job of a run, in the order of its life. */
export const RUN_JOB_STATES = [
  'blocked',
  'queued',
  'running',
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
] as const satisfies readonly RunJobState[]

/** Tells whether a run in this status has ended. */
export function isFinalRunStatus(status: RunStatus): boolean {
  return status !== 'running'
}

/** Tells whether a job of a run in this state has ended. */
export function isFinalRunJobState(state: RunJobState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'skipped' || state === 'cancelled'
}

/** Why a job was skipped, or cancelled without a call of its own. */
export type RunJobReason =
  /** A dependency ended so that this job's condition does not hold; `because` is the job at the root of it. */
  | { readonly kind: 'dependency'; readonly because: string }
  /** Its condition asks for a failure, and there was none. */
  | { readonly kind: 'condition' }
  /** The workflow fails fast, and this job failed. */
  | { readonly kind: 'failFast'; readonly because: string }
  /** The run was cancelled. */
  | { readonly kind: 'runCancelled' }

/** The state of one job of a run. Times are milliseconds since the epoch on the store's clock. */
export interface RunJob {
  readonly jobId: string
  readonly state: RunJobState
  /** The run's attempt in which this state was reached. Counts from 1. */
  readonly runAttempt: number
  /** The queue's attempt that runs or ran last. Counts from 0. */
  readonly attempt?: number
  readonly startedAt?: number
  readonly finishedAt?: number
  /** Who runs it; only while running. */
  readonly workerId?: string
  /** The outputs of a succeeded job that has any. */
  readonly outputs?: Outputs
  readonly failure?: JobFailure
  /** On a queued or running job: why it is to be cancelled; the queue has the last word on how it ends. */
  readonly reason?: RunJobReason
}

/** How many jobs of a run are in each state. */
export type RunJobCounts = Readonly<Record<RunJobState, number>>

/** What lists tell of a run. Times are milliseconds since the epoch on the store's clock. */
export interface RunSummary {
  readonly runId: string
  readonly name: string
  readonly status: RunStatus
  /** Counts from 1; a retry adds one. */
  readonly attempt: number
  readonly counts: RunJobCounts
  /** Goes up by one with each commit. */
  readonly version: number
  readonly createdAt: number
  readonly finishedAt?: number
}

/** A run with its definition, which no later edit of its file changes. */
export interface Run extends RunSummary {
  readonly definition: JsonValue
}

/** A run with the state of all of its jobs. */
export interface LoadedRun {
  readonly run: Run
  readonly jobs: readonly RunJob[]
}

/** A run to be stored, at version 1, `running`, in its first attempt. */
export interface NewRun {
  readonly runId: string
  readonly name: string
  readonly definition: JsonValue
  readonly counts: RunJobCounts
  /** All of its jobs. */
  readonly jobs: readonly RunJob[]
}

/** What a commit changes; what is left out stays. */
export interface RunChanges {
  /** A final status sets `finishedAt` to now; `running` removes it. */
  readonly status?: RunStatus
  readonly attempt?: number
  readonly counts?: RunJobCounts
  /** Each replaces the job of its id, whole. */
  readonly jobs?: readonly RunJob[]
}

/** Which runs to list. */
export interface ListRunsOptions {
  /** Only runs in these statuses; all by default. */
  readonly statuses?: readonly RunStatus[]
  /** Runs in a page, 1 to 1,000. Defaults to 100. */
  readonly limit?: number
  /** The `nextCursor` of the page before. */
  readonly cursor?: string
}

/** Runs, newest first, and where the next page begins; without `nextCursor` this is the last. */
export interface RunPage {
  readonly runs: readonly RunSummary[]
  readonly nextCursor?: string
}

/** Which jobs of a run to list. */
export interface ListRunJobsOptions {
  /** Only jobs in these states; all by default. */
  readonly states?: readonly RunJobState[]
  /** Jobs in a page, 1 to 1,000. Defaults to 100. */
  readonly limit?: number
  /** The `nextCursor` of the page before. */
  readonly cursor?: string
}

/** Jobs of a run, and where the next page begins; without `nextCursor` this is the last. */
export interface RunJobPage {
  readonly jobs: readonly RunJob[]
  readonly nextCursor?: string
}

/** The right of one scheduler to be the active one, until a time on the store's clock. */
export interface SchedulingLease {
  readonly owner: string
  /** Goes up by one whenever the owner changes. */
  readonly term: number
  /** Milliseconds since the epoch on the store's clock. */
  readonly expiresAt: number
}

/**
 * The runs and the states of their jobs, changed only by compare-and-set, so that no graph logic lives in a store.
 *
 * Every rejection is a `QueueError`; `BackendUnavailableError` and `QueueClosedError` are common to all methods. `Transaction` is what
 * a caller may give to create a run in a transaction of its own; by default there is none.
 */
export interface WorkflowStore<Transaction = never> {
  /**
   * Stores a new run, whole or not at all. A `duplicate` id changes nothing.
   *
   * @throws {ValidationError}
   */
  createRun(
    run: NewRun,
    options?: TransactionOptions<Transaction>,
  ): Promise<{ readonly status: 'created' | 'duplicate' }>

  /** Reads a run without its jobs, as the transaction sees it where one is given; `null` if there is none. */
  getRun(runId: string, options?: TransactionOptions<Transaction>): Promise<Run | null>

  /** Reads a run with all of its jobs, as of one moment; `null` if there is none. */
  loadRun(runId: string): Promise<LoadedRun | null>

  /**
   * Applies changes, all or none, if the run is still at the version that the caller knows; resolves with the new version.
   *
   * @throws {RunConflictError} if it is not; nothing is changed.
   * @throws {RunNotFoundError}
   * @throws {ValidationError} for a job that the run does not have; nothing is changed.
   */
  commitRun(runId: string, expectedVersion: number, changes: RunChanges): Promise<number>

  /** Lists runs in pages, newest first. */
  listRuns(options?: ListRunsOptions): Promise<RunPage>

  /**
   * Lists the jobs of a run in pages, in the order in which it was created with them.
   *
   * @throws {RunNotFoundError}
   */
  listRunJobs(runId: string, options?: ListRunJobsOptions): Promise<RunJobPage>

  /** Makes the caller the active scheduler for `ttlMs` from now, or extends its turn; `null` while another's lasts. */
  claimScheduling(owner: string, ttlMs: number): Promise<SchedulingLease | null>

  /** Ends the caller's turn at once, for a standby to take over; does nothing if it is not its turn. */
  releaseScheduling(owner: string): Promise<void>

  /** Removes the runs that ended more than `olderThanMs` ago, and returns how many. */
  deleteRuns(olderThanMs: number): Promise<number>
}
