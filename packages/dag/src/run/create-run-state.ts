import { isFinalRunJobState, RUN_JOB_STATES, type RunJob } from '@sluice/core'
import type { Workflow } from '../workflow.ts'
import { RunDraft } from './run-draft.ts'
import { type RunGraph, runGraph } from './run-graph.ts'
import type { RunPosition, RunState } from './run-state.ts'
import { applyTransition } from './run-transition.ts'

/**
 * Builds the state of a run in its first attempt: jobs without needs are queued, or skipped where their condition does not hold.
 *
 * Its status is `running` even when every job is skipped; the first `advance` then ends it.
 */
export function createRunState(workflow: Workflow): RunState {
  const graph = runGraph(workflow)
  const jobs = workflow.jobs.map((job): RunJob => ({ jobId: job.id, state: 'blocked', runAttempt: 1 }))
  const state = stateOf(graph, jobs, { attempt: 1, status: 'running' })
  const draft = new RunDraft(state)
  draft.evaluateUnblocked(jobs.keys())
  applyTransition(state, draft.transition({ status: 'running' }))
  return state
}

/**
 * Builds the state of a run from what a store holds, in any order.
 *
 * @param graph Saves building it anew where it is at hand.
 * @throws {TypeError} where the stored jobs are not those of the workflow.
 */
export function restoreRunState(
  workflow: Workflow,
  storedJobs: readonly RunJob[],
  position: RunPosition,
  graph: RunGraph = runGraph(workflow),
): RunState {
  if (storedJobs.length !== graph.size)
    throw new TypeError(`the workflow has ${graph.size} jobs, but ${storedJobs.length} are stored`)
  const jobs = new Array<RunJob>(graph.size)
  for (const job of storedJobs) {
    const index = graph.indexById.get(job.jobId)
    if (index === undefined) throw new TypeError(`job "${job.jobId}" is stored, but is not in the workflow`)
    jobs[index] = job
  }
  return stateOf(graph, jobs, position)
}

function stateOf(graph: RunGraph, jobs: RunJob[], { attempt, status }: RunPosition): RunState {
  const unmet = new Int32Array(graph.size)
  const counts = Object.fromEntries(RUN_JOB_STATES.map((state) => [state, 0])) as Record<RunJob['state'], number>
  let failedFast = false
  for (const [index, job] of jobs.entries()) {
    counts[job.state]++
    if (job.state === 'blocked') unmet[index] = countUnmet(graph, jobs, index)
    else if (job.state === 'failed' && job.runAttempt === attempt)
      failedFast ||= graph.workflow.failFast && !graph.workflow.jobs[index]?.continueOnError
  }
  return { graph, attempt, status, counts, jobs, unmet, failedFast, revision: 0 }
}

function countUnmet(graph: RunGraph, jobs: readonly RunJob[], index: number): number {
  let unmet = 0
  for (let edge = graph.needsStart[index] as number; edge < (graph.needsStart[index + 1] as number); edge++) {
    if (!isFinalRunJobState((jobs[graph.needs[edge] as number] as RunJob).state)) unmet++
  }
  return unmet
}
