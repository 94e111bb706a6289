/** A job as far as the graph goes. */
export interface GraphNode {
  readonly id: string
  readonly needs: readonly string[]
}

/** A graph by the positions of its jobs, so that no step looks up an id twice. */
export interface IndexedGraph {
  /** For each job the positions of what it needs. */
  readonly needs: readonly (readonly number[])[]
  /** For each job the positions of what needs it. */
  readonly dependents: readonly (readonly number[])[]
}

/** Replaces ids by positions. Needs of unknown jobs and of the job itself are left out; of two jobs with one id the first counts. */
export function indexGraph(jobs: readonly GraphNode[]): IndexedGraph {
  const positionOf = new Map<string, number>()
  for (const [position, { id }] of jobs.entries()) if (!positionOf.has(id)) positionOf.set(id, position)
  const dependents: number[][] = jobs.map(() => [])
  const needs = jobs.map((job, position) => {
    const positions: number[] = []
    for (const id of job.needs) {
      const needed = positionOf.get(id)
      if (needed === undefined || needed === position) continue
      positions.push(needed)
      dependents[needed]?.push(position)
    }
    return positions
  })
  return { needs, dependents }
}

/** Lists positions such that each job follows all that it needs; jobs on or behind a cycle are left out. */
export function topologicalOrder({ needs, dependents }: IndexedGraph): readonly number[] {
  const unmet = needs.map((positions) => positions.length)
  const order: number[] = []
  for (const [position, count] of unmet.entries()) if (count === 0) order.push(position)
  for (let next = 0; next < order.length; next++) {
    for (const dependent of dependents[order[next] as number] as readonly number[]) {
      unmet[dependent] = (unmet[dependent] as number) - 1
      if (unmet[dependent] === 0) order.push(dependent)
    }
  }
  return order
}
