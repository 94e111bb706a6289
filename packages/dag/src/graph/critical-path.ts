import type { Workflow, WorkflowJob } from '../workflow.ts'
import { indexGraph, topologicalOrder } from './topological-order.ts'

/** Tells how long a job takes, in milliseconds: as measured, or as expected. */
export type DurationOf = (job: WorkflowJob) => number

/** The chain of jobs that no number of workers can make shorter. */
export interface CriticalPath {
  readonly lengthMs: number
  /** The ids of its jobs, from the first to the last. */
  readonly jobs: readonly string[]
}

/**
 * Finds the longest chain of jobs, each needing the one before; of equally long ones the one whose jobs come first.
 *
 * The workflow must be valid. Takes time linear in jobs and needs.
 */
export function criticalPath(workflow: Workflow, durationOf: DurationOf): CriticalPath {
  const { jobs } = workflow
  const graph = indexGraph(jobs)
  const endMs = new Float64Array(jobs.length)
  const before = new Int32Array(jobs.length).fill(-1)
  for (const position of topologicalOrder(graph)) {
    let startMs = 0
    for (const needed of graph.needs[position] as readonly number[]) {
      if (before[position] !== -1 && (endMs[needed] as number) <= startMs) continue
      startMs = endMs[needed] as number
      before[position] = needed
    }
    endMs[position] = startMs + durationOf(jobs[position] as WorkflowJob)
  }
  let last = 0
  for (let position = 1; position < jobs.length; position++) {
    if ((endMs[position] as number) > (endMs[last] as number)) last = position
  }
  const path: string[] = []
  for (let position = last; position !== -1; position = before[position] as number) {
    path.push((jobs[position] as WorkflowJob).id)
  }
  return { lengthMs: endMs[last] as number, jobs: path.reverse() }
}

/**
 * Tells the least time in which so many workers, each running one job at a time, can run the whole workflow: the critical path, or
 * all the work shared evenly, whichever is longer. No schedule is shorter; the best possible one may be longer.
 *
 * @param workers 1 or more.
 */
export function makespanLowerBoundMs(workflow: Workflow, durationOf: DurationOf, workers: number): number {
  let workMs = 0
  for (const job of workflow.jobs) workMs += durationOf(job)
  return Math.max(criticalPath(workflow, durationOf).lengthMs, workMs / workers)
}
