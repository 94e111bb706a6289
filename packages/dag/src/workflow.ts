import type { JsonValue, RetryPolicy } from '@sluice/core'

/**
 * When a job runs, asked once all that it needs is final.
 *
 * `success`: all of it succeeded (a failed job with `continueOnError` counts as one that did). `failure`: some of it failed, or was
 * skipped because of a failure. `always`: whatever happened.
 */
export type JobCondition = 'success' | 'failure' | 'always'

/** A job of a workflow, with every default filled in. */
export interface WorkflowJob {
  readonly id: string
  /** For people; the id where it is not given. */
  readonly name: string
  /** The ids of the jobs that it needs, without repetitions, in the order of the definition. */
  readonly needs: readonly string[]
  /** A shell script, or a handler's name. */
  readonly command: string
  readonly payload?: JsonValue
  readonly labels: readonly string[]
  readonly priority: number
  readonly retryPolicy: RetryPolicy
  readonly timeoutMs?: number
  readonly condition: JobCondition
  /** A failure of this job fails neither the run nor its dependents. */
  readonly continueOnError: boolean
}

/** A workflow that is ready to run: valid, acyclic, complete. It is plain JSON. */
export interface Workflow {
  readonly name: string
  /** The first failure cancels what has not ended, except jobs with the condition `failure` or `always`. */
  readonly failFast: boolean
  readonly jobs: readonly WorkflowJob[]
}
