import type { RunChanges, RunJob, RunJobCounts, RunStatus } from '@sluice/core'
import type { RunState } from './run-state.ts'

/** What changes in a run: to be committed, then applied to the state, then acted upon. */
export interface RunTransition {
  /** The records that change, whole. */
  readonly jobs: readonly RunJob[]
  /** How many jobs are in each state afterwards. */
  readonly counts: RunJobCounts
  /** The run's status, where it changes. */
  readonly status?: RunStatus
  /** The run's attempt, where it changes. */
  readonly attempt?: number
  /** The jobs that the queue must get. */
  readonly toEnqueue: readonly string[]
  /** The jobs that the queue must cancel. They end as its word comes back, which may be that they ended before. */
  readonly toCancel: readonly string[]
  /** The queue must cancel the workflow. */
  readonly cancelsWorkflow: boolean
  /** Every job is final afterwards. */
  readonly finished: boolean
  /** An outcome was about a job that this state does not have in the queue: the state is older than the queue's. */
  readonly isBehind: boolean
  /** For `applyTransition`. */
  readonly patch: RunPatch
}

/** The changes of a transition by job index. */
export interface RunPatch {
  readonly size: number
  /** The revision of the state that the transition starts from. */
  readonly revision: number
  readonly jobs: ReadonlyMap<number, RunJob>
  readonly unmet: ReadonlyMap<number, number>
  readonly failedFast: boolean
}

/** Tells whether a transition changes the stored run. */
export function hasChanges(transition: RunTransition): boolean {
  return transition.jobs.length > 0 || transition.status !== undefined || transition.attempt !== undefined
}

/** Turns a transition into what a store commits. */
export function runChanges({ jobs, counts, status, attempt }: RunTransition): RunChanges {
  return {
    jobs,
    counts,
    ...(status === undefined ? {} : { status }),
    ...(attempt === undefined ? {} : { attempt }),
  }
}

/**
 * Folds a transition, once committed, into the state that it was computed from.
 *
 * @throws {TypeError} where the state has changed since.
 */
export function applyTransition(state: RunState, { patch, counts, status, attempt }: RunTransition): void {
  const target: Writable<RunState> = state
  if (patch.size !== state.graph.size || patch.revision !== state.revision)
    throw new TypeError('the transition was computed from another state; compute it again')
  const jobs = state.jobs as RunJob[]
  for (const [index, job] of patch.jobs) jobs[index] = job
  for (const [index, unmet] of patch.unmet) state.unmet[index] = unmet
  target.counts = counts
  target.failedFast = patch.failedFast
  if (status !== undefined) target.status = status
  if (attempt !== undefined) target.attempt = attempt
  target.revision++
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }
