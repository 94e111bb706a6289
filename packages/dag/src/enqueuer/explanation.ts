import type { JobFailure, JobState, RunJobReason, RunJobState, RunStatus } from '@sluice/core'

/** A job of a run, and where it stands. */
export interface JobStanding {
  readonly jobId: string
  readonly state: RunJobState
}

/** Why a job does not run, or what became of it. Times are milliseconds since the epoch on the store's clock. */
export interface Explanation extends JobStanding {
  readonly runId: string
  readonly runStatus: RunStatus
  readonly cause: ExplanationCause
}

/** The cause of where a job stands. */
export type ExplanationCause =
  /** It waits for other jobs: how many, and the first of them. */
  | { readonly kind: 'blocked'; readonly count: number; readonly by: readonly JobStanding[] }
  /** It is to run, but the queue does not have it yet. */
  | { readonly kind: 'notEnqueued' }
  /** No worker that is online could run it; `missingLabels` are those that no worker has. */
  | {
      readonly kind: 'noWorker'
      readonly requiredLabels: readonly string[]
      readonly missingLabels: readonly string[]
      readonly workersOnline: number
    }
  /** It can be claimed. */
  | {
      readonly kind: 'waiting'
      /** Jobs of the same labels that are claimed before it. */
      readonly ahead: number
      /** Jobs of the same labels that run. */
      readonly running: number
      /** Workers online that could run it. */
      readonly workers: number
      /** Those of them that run as many jobs as they may, by their last word. */
      readonly busyWorkers: number
    }
  /** It cannot be claimed before a time; with `failure` it is a retry. */
  | { readonly kind: 'delayed'; readonly until: number; readonly attempt: number; readonly failure?: JobFailure }
  | {
      readonly kind: 'running'
      readonly attempt: number
      readonly workerId?: string
      readonly since?: number
      readonly leaseExpiresAt?: number
    }
  /** It is being cancelled. */
  | { readonly kind: 'cancelling'; readonly reason: RunJobReason }
  /** It has ended in the queue, and the run does not know yet. */
  | { readonly kind: 'unrecorded'; readonly queueState: JobState }
  | { readonly kind: 'succeeded'; readonly at?: number }
  | { readonly kind: 'failed'; readonly failure: JobFailure; readonly at?: number }
  | { readonly kind: 'cancelled'; readonly reason?: RunJobReason; readonly at?: number }
  | {
      readonly kind: 'skipped'
      readonly reason: RunJobReason
      /** The job that the reason names. */
      readonly root?: JobStanding & { readonly failure?: JobFailure }
      /** The skipped jobs between it and the root, beginning with what it needs; the first of them. */
      readonly via: readonly JobStanding[]
    }
