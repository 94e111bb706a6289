import type { RunJob, RunJobCounts, RunStatus } from '@sluice/core'
import type { RunGraph } from './run-graph.ts'

/** Where a run stands, by job index. Only `applyTransition` changes it. */
export interface RunState {
  readonly graph: RunGraph
  /** The run's attempt. Counts from 1. */
  readonly attempt: number
  readonly status: RunStatus
  readonly counts: RunJobCounts
  readonly jobs: readonly RunJob[]
  /** How many of its needs are not final, for each blocked job; meaningless for others. */
  readonly unmet: Int32Array
  /** A failure in this attempt has stopped the rest of a workflow that fails fast. */
  readonly failedFast: boolean
  /** Goes up by one with each transition that is applied. */
  readonly revision: number
}

/** What a stored run tells besides its jobs. */
export interface RunPosition {
  readonly attempt: number
  readonly status: RunStatus
}
