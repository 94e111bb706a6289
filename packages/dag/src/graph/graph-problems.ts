import { didYouMean } from '../suggestion.ts'
import type { WorkflowProblem } from '../workflow-definition-error.ts'
import { type GraphNode, type IndexedGraph, indexGraph, topologicalOrder } from './topological-order.ts'

/** Unknown ids that get a suggestion; each costs a comparison with every job. */
const SUGGESTIONS = 5

/** Jobs of a cycle that a message names. */
const SHOWN_CYCLE = 12

/**
 * Finds what is wrong with the graph of a workflow: duplicate ids, needs that are unknown, repeated or of the job itself, and cycles.
 *
 * Takes time linear in jobs and needs, without recursion. Of cycles that share a job one is reported.
 */
export function graphProblems(jobs: readonly GraphNode[]): WorkflowProblem[] {
  const ids = new Set<string>()
  const duplicates: WorkflowProblem[] = []
  for (const { id } of jobs) {
    if (ids.has(id)) duplicates.push({ path: ['jobs', id], message: 'another job has the same id' })
    ids.add(id)
  }
  const cycles = findCycles(indexGraph(jobs)).map((cycle) => cycleProblem(cycle, jobs))
  return [...duplicates, ...needsProblems(jobs, ids), ...cycles]
}

function needsProblems(jobs: readonly GraphNode[], ids: ReadonlySet<string>): WorkflowProblem[] {
  const problems: WorkflowProblem[] = []
  let suggestions = 0
  for (const { id, needs } of jobs) {
    const seen = new Set<string>()
    for (const [index, needed] of needs.entries()) {
      const report = (message: string) => problems.push({ path: ['jobs', id, 'needs', index], message })
      if (needed === id) report('a job cannot need itself')
      else if (seen.has(needed)) report(`job ${JSON.stringify(needed)} is listed twice`)
      else if (!ids.has(needed)) {
        const hint = suggestions++ < SUGGESTIONS ? didYouMean(needed, [...ids]) : ''
        report(`unknown job ${JSON.stringify(needed)}${hint}`)
      }
      seen.add(needed)
    }
  }
  return problems
}

/** Finds cycles without a common job, each as positions in the order of needing, from the first one in the workflow. */
function findCycles(graph: IndexedGraph): number[][] {
  const order = topologicalOrder(graph)
  if (order.length === graph.needs.length) return []
  const unordered = new Set(graph.needs.keys())
  for (const position of order) unordered.delete(position)
  const cycles: number[][] = []
  const visited = new Set<number>()
  for (const start of unordered) {
    const walk = new Map<number, number>()
    let at: number | undefined = start
    // A job left out of the order needs another one that was left out, so the walk ends at a job that it has seen.
    while (at !== undefined && !visited.has(at)) {
      visited.add(at)
      walk.set(at, walk.size)
      at = graph.needs[at]?.find((needed) => unordered.has(needed))
    }
    const entry = at === undefined ? undefined : walk.get(at)
    if (entry !== undefined) cycles.push(fromFirst([...walk.keys()].slice(entry)))
  }
  return cycles
}

function fromFirst(cycle: number[]): number[] {
  const first = cycle.indexOf(cycle.reduce((least, position) => Math.min(least, position)))
  return [...cycle.slice(first), ...cycle.slice(0, first)]
}

function cycleProblem(cycle: readonly number[], jobs: readonly GraphNode[]): WorkflowProblem {
  const ids = cycle.map((position) => (jobs[position] as GraphNode).id)
  const [first, second] = [jobs[cycle[0] as number] as GraphNode, ids[1] as string]
  const hidden = ids.length - SHOWN_CYCLE
  const shown = hidden > 0 ? [...ids.slice(0, SHOWN_CYCLE - 1), `(${hidden + 1} more)`] : ids
  return {
    path: ['jobs', first.id, 'needs', first.needs.indexOf(second)],
    message: `the jobs need each other in a cycle: ${[...shown, first.id].join(' → ')}`,
  }
}
