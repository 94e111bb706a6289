import type { RunJob } from '@sluice/core'
import { RunDraft } from './run-draft.ts'
import { NothingToRetryError, RunNotFinishedError, UnknownJobError } from './run-error.ts'
import type { RunGraph } from './run-graph.ts'
import type { RunState } from './run-state.ts'
import type { RunTransition } from './run-transition.ts'

/** What to run again. */
export interface RetryOptions {
  /** Run this job and everything that depends on it again, and what of their needs did not succeed. */
  readonly from?: string
}

/**
 * Plans a new attempt of a run that ended, and leaves the state as it is; jobs that stay succeeded keep their outputs.
 *
 * Without `from`, the jobs that failed or were cancelled run again, and every skipped job that depends on one of them, or that a
 * failure had stopped, is decided anew.
 *
 * @throws {RunNotFinishedError}
 * @throws {UnknownJobError}
 * @throws {NothingToRetryError} where every job succeeded or was skipped by its own condition, and no `from` is given.
 */
export function planRetry(state: RunState, options: RetryOptions = {}): RunTransition {
  if (state.status === 'running') throw new RunNotFinishedError(state.graph.workflow.name)
  const reset = options.from === undefined ? unsuccessfulJobs(state) : jobsFrom(state, options.from)
  if (reset.size === 0) throw new NothingToRetryError(state.graph.workflow.name)
  addSkippedDependents(state, reset)

  const draft = new RunDraft(state, state.attempt + 1)
  const indexes = [...reset].sort((a, b) => a - b)
  for (const index of indexes) {
    draft.put(index, { jobId: draft.job(index).jobId, state: 'blocked', runAttempt: draft.attempt })
  }
  draft.evaluateUnblocked(indexes)
  return draft.transition({})
}

function unsuccessfulJobs({ jobs }: RunState): Set<number> {
  const reset = new Set<number>()
  for (const [index, { state, reason }] of jobs.entries()) {
    if (state === 'failed' || state === 'cancelled' || reason?.kind === 'failFast') reset.add(index)
  }
  return reset
}

/** A job, all that depends on it, and all that these depend on and that did not succeed. */
function jobsFrom({ graph, jobs }: RunState, jobId: string): Set<number> {
  const first = graph.indexById.get(jobId)
  if (first === undefined) throw new UnknownJobError(jobId, [...graph.indexById.keys()])
  const reset = new Set([first])
  for (const index of reset) for (const dependent of dependentsOf(graph, index)) reset.add(dependent)
  for (const index of reset) {
    for (const need of needsOf(graph, index)) if ((jobs[need] as RunJob).state !== 'succeeded') reset.add(need)
  }
  return reset
}

/** A `Set` yields what is added to it while it is iterated, which makes it its own worklist. */
function addSkippedDependents({ graph, jobs }: RunState, reset: Set<number>): void {
  for (const index of reset) {
    for (const dependent of dependentsOf(graph, index)) {
      if ((jobs[dependent] as RunJob).state === 'skipped') reset.add(dependent)
    }
  }
}

function dependentsOf({ dependents, dependentsStart }: RunGraph, index: number): Int32Array {
  return dependents.subarray(dependentsStart[index], dependentsStart[index + 1])
}

function needsOf({ needs, needsStart }: RunGraph, index: number): Int32Array {
  return needs.subarray(needsStart[index], needsStart[index + 1])
}
