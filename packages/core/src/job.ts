import type { RetryPolicy } from './backoff.ts'
import type { JsonValue } from './json.ts'

/** Names a job. A `workflowId` is one run: running a workflow again makes a new one. */
export interface JobRef {
  readonly workflowId: string
  readonly jobId: string
}

/** What a job hands to its dependents. */
export type Outputs = Readonly<Record<string, string>>

/** A job as its producer describes it. */
export interface QueuedJob extends JobRef {
  /** What to run: a shell command, or a handler's name. */
  readonly command: string
  /** Data for a handler. */
  readonly payload?: JsonValue
  /** A worker must have all of these labels to get the job; none means any worker. */
  readonly requiredLabels?: readonly string[]
  /** An integer from 0 to 1000, higher first. Defaults to 0. */
  readonly priority?: number
  /** Keeps the job from being claimed until this many milliseconds have passed on the store's clock. */
  readonly delayMs?: number
  /** Defaults to no retries. */
  readonly retryPolicy?: RetryPolicy
  /** The longest that one attempt may run, in milliseconds. The worker enforces it. */
  readonly timeoutMs?: number
  /** The outputs of each direct dependency, by its `jobId`. */
  readonly upstreamOutputs?: Readonly<Record<string, Outputs>>
}

/** Where a job stands in the queue. The last three are terminal and final. */
export type JobState = 'waiting' | 'delayed' | 'active' | 'completed' | 'failed' | 'cancelled'

/** Every job state, in the order of a job's life. */
export const JOB_STATES = [
  'waiting',
  'delayed',
  'active',
  'completed',
  'failed',
  'cancelled',
] as const satisfies readonly JobState[]

/** Tells whether a job in this state has ended for good. */
export function isTerminalJobState(state: JobState): boolean {
  return state === 'completed' || state === 'failed' || state === 'cancelled'
}

/** Why an attempt failed. */
export interface JobFailure {
  /** For people. Cut at 16 KiB. */
  readonly message: string
  /** The exit code of a command. */
  readonly exitCode?: number
  /** The signal that ended a command, as in `SIGKILL`. */
  readonly signal?: string
  /** True where the message was cut. */
  readonly truncated?: boolean
}

/** The right of one worker to one attempt at a job, until a time on the store's clock. */
export interface Lease extends JobRef {
  readonly leaseId: string
  readonly workerId: string
  /** Counts from 0. */
  readonly attempt: number
  readonly ttlMs: number
  /** Milliseconds since the epoch, on the store's clock. */
  readonly expiresAt: number
}

/** A job together with the lease under which its worker runs it. */
export interface ClaimedJob {
  readonly job: QueuedJob
  readonly lease: Lease
}

/** What lists tell of a job. Times are milliseconds since the epoch on the store's clock. */
export interface JobSummary extends JobRef {
  /** A delayed job whose time has come is `waiting`. An active job whose lease has expired is `active` until it is reaped. */
  readonly state: JobState
  /** The attempt that runs or ran last, or, for a job that waits, that comes next. Counts from 0. */
  readonly attempt: number
  readonly priority: number
  readonly requiredLabels: readonly string[]
  readonly enqueuedAt: number
  /** When the job became, or becomes, claimable. */
  readonly availableAt: number
  /** When the latest attempt was claimed. */
  readonly startedAt?: number
  readonly finishedAt?: number
  /** The worker that holds the lease; only while active. */
  readonly workerId?: string
  /** When that lease runs out; only while active. */
  readonly leaseExpiresAt?: number
  /** Why the latest attempt failed. */
  readonly failure?: JobFailure
}

/** All that the store knows of a job. */
export interface JobRecord extends JobSummary {
  readonly job: QueuedJob
  /** The outputs of a completed job. */
  readonly outputs?: Outputs
}
