import type { RunJob, RunJobReason } from '@sluice/core'
import type { WorkflowJob } from '../workflow.ts'
import type { RunGraph } from './run-graph.ts'

/** Reads the current record of a job by its index. */
export type ReadJob = (index: number) => RunJob

/**
 * Tells why a job is to be skipped, or `null` if it is to run. Asked once everything that it needs is final.
 *
 * Depends on the records of what it needs only, never on the order in which they came about.
 */
export function skipReason(graph: RunGraph, index: number, read: ReadJob): RunJobReason | null {
  switch (definition(graph, index).condition) {
    case 'always':
      return null
    case 'failure':
      return someNeed(graph, index, (need) => isFailure(graph, need, read)) ? null : { kind: 'condition' }
    case 'success': {
      let because: string | null = null
      someNeed(graph, index, (need) => {
        if (isSatisfied(graph, need, read)) return false
        because = rootCause(read(need))
        return true
      })
      return because === null ? null : { kind: 'dependency', because }
    }
  }
}

/** Tells whether a job's end is a failure of the run, rather than one that the workflow tolerates. */
export function isFatal(graph: RunGraph, index: number, job: RunJob): boolean {
  return job.state === 'failed' && !definition(graph, index).continueOnError
}

/** Tells whether a final job lets those run that need its success. */
function isSatisfied(graph: RunGraph, index: number, read: ReadJob): boolean {
  const { state } = read(index)
  return state === 'succeeded' || (state === 'failed' && definition(graph, index).continueOnError)
}

/** Tells whether a final job failed, or did not run because another one failed. */
function isFailure(graph: RunGraph, index: number, read: ReadJob): boolean {
  const job = read(index)
  if (job.state === 'failed') return isFatal(graph, index, job)
  if (job.reason?.kind === 'failFast') return true
  if (job.state !== 'skipped' || job.reason?.kind !== 'dependency') return false
  return read(graph.indexById.get(job.reason.because) as number).state === 'failed'
}

function rootCause(job: RunJob): string {
  return job.state === 'skipped' && job.reason?.kind === 'dependency' ? job.reason.because : job.jobId
}

function someNeed(graph: RunGraph, index: number, test: (need: number) => boolean): boolean {
  for (let edge = graph.needsStart[index] as number; edge < (graph.needsStart[index + 1] as number); edge++) {
    if (test(graph.needs[edge] as number)) return true
  }
  return false
}

function definition(graph: RunGraph, index: number): WorkflowJob {
  return graph.workflow.jobs[index] as WorkflowJob
}
