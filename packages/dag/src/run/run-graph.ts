import type { Workflow } from '../workflow.ts'

/** The edges of a workflow by job index, in compressed rows, so that a job's neighbours cost only their number. */
export interface RunGraph {
  readonly workflow: Workflow
  /** How many jobs there are. */
  readonly size: number
  readonly indexById: ReadonlyMap<string, number>
  /** What job `i` needs, in its order: `needs[needsStart[i]]` up to, without, `needs[needsStart[i + 1]]`. */
  readonly needs: Int32Array
  readonly needsStart: Int32Array
  /** Who needs job `i`, in the order of the definition: laid out like `needs`. */
  readonly dependents: Int32Array
  readonly dependentsStart: Int32Array
}

/**
 * Builds the graph of a workflow.
 *
 * @throws {TypeError} for a repeated id or an unknown need; a workflow that passed validation has neither.
 */
export function runGraph(workflow: Workflow): RunGraph {
  const { jobs } = workflow
  const size = jobs.length
  const indexById = new Map<string, number>()
  for (const [index, job] of jobs.entries()) indexById.set(job.id, index)
  if (indexById.size !== size) throw new TypeError('two jobs have the same id; validate the workflow first')

  const needsStart = new Int32Array(size + 1)
  for (const [index, job] of jobs.entries()) needsStart[index + 1] = (needsStart[index] as number) + job.needs.length
  const needs = new Int32Array(needsStart[size] as number)
  const dependentsStart = new Int32Array(size + 1)
  let edge = 0
  for (const job of jobs) {
    for (const id of job.needs) {
      const need = indexById.get(id)
      if (need === undefined)
        throw new TypeError(`job "${job.id}" needs "${id}", which does not exist; validate the workflow first`)
      needs[edge++] = need
      dependentsStart[need + 1] = (dependentsStart[need + 1] as number) + 1
    }
  }
  for (let index = 0; index < size; index++)
    dependentsStart[index + 1] = (dependentsStart[index + 1] as number) + (dependentsStart[index] as number)
  const dependents = invert(needs, needsStart, dependentsStart)
  return { workflow, size, indexById, needs, needsStart, dependents, dependentsStart }
}

function invert(needs: Int32Array, needsStart: Int32Array, dependentsStart: Int32Array): Int32Array {
  const dependents = new Int32Array(needs.length)
  const next = dependentsStart.slice()
  for (let index = 0; index + 1 < needsStart.length; index++) {
    for (let edge = needsStart[index] as number; edge < (needsStart[index + 1] as number); edge++) {
      const need = needs[edge] as number
      const slot = next[need] as number
      next[need] = slot + 1
      dependents[slot] = index
    }
  }
  return dependents
}
