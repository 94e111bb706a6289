import type { JobFailure, JobRef, Outputs } from './job.ts'

interface JobEvent extends JobRef {
  /** The attempt that the event is about. Counts from 0. */
  readonly attempt: number
  /** When it happened: milliseconds since the epoch on the store's clock. */
  readonly at: number
}

/** A job entered the queue: it was enqueued, is to be retried, or was released. */
export interface ReadyEvent extends JobEvent {
  readonly kind: 'ready'
  /** From when on it can be claimed. */
  readonly availableAt: number
}

/** A worker claimed a job. */
export interface StartedEvent extends JobEvent {
  readonly kind: 'started'
  readonly workerId: string
}

/** A job completed. */
export interface CompletedEvent extends JobEvent {
  readonly kind: 'completed'
  /** May be left out where they are large; `getJob` has them. */
  readonly outputs?: Outputs
}

/** An attempt failed; the job has ended as `failed` where `willRetry` is false. */
export interface FailedEvent extends JobEvent {
  readonly kind: 'failed'
  readonly failure: JobFailure
  readonly willRetry: boolean
  /** When the next attempt can be claimed; only with `willRetry`. */
  readonly retryAt?: number
}

/** A job was cancelled. */
export interface CancelledEvent extends JobEvent {
  readonly kind: 'cancelled'
}

/** A lease ran out and was reaped. Without a retry left, a `failed` event follows. */
export interface LeaseExpiredEvent extends JobEvent {
  readonly kind: 'leaseExpired'
  readonly workerId: string
  readonly willRetry: boolean
  /** When the next attempt can be claimed; only with `willRetry`. */
  readonly retryAt?: number
}

/** The subscriber may have missed events: it must read the state with `listJobs`. */
export interface GapEvent {
  readonly kind: 'gap'
}

/** Something that happened to a job, or a `gap`. Events are hints: the job's record is the truth. */
export type QueueEvent =
  | ReadyEvent
  | StartedEvent
  | CompletedEvent
  | FailedEvent
  | CancelledEvent
  | LeaseExpiredEvent
  | GapEvent

/** The events of a job that a subscriber can choose among. A `gap` is always delivered. */
export type JobEventKind = Exclude<QueueEvent['kind'], 'gap'>

/** Tells whether the event says that its job has ended for good. */
export function isTerminalEvent(event: QueueEvent): boolean {
  return event.kind === 'completed' || event.kind === 'cancelled' || (event.kind === 'failed' && !event.willRetry)
}
