interface Node {
  readonly id: string
  readonly needs: readonly string[]
}

/** Numbers each job's stage from 0: one more than the last stage that it needs something of. The graph must have no cycle. */
export function stagesOf(jobs: readonly Node[]): readonly number[] {
  const positions = new Map(jobs.map(({ id }, position) => [id, position]))
  const dependents: number[][] = jobs.map(() => [])
  const unmet = jobs.map(({ needs }) => needs.length)
  for (const [position, { needs }] of jobs.entries()) {
    for (const id of needs) dependents[positions.get(id) as number]?.push(position)
  }
  const stages: number[] = jobs.map(() => 0)
  const order = [...jobs.keys()].filter((position) => unmet[position] === 0)
  for (let next = 0; next < order.length; next++) {
    const position = order[next] as number
    for (const dependent of dependents[position] as number[]) {
      stages[dependent] = Math.max(stages[dependent] as number, (stages[position] as number) + 1)
      unmet[dependent] = (unmet[dependent] as number) - 1
      if (unmet[dependent] === 0) order.push(dependent)
    }
  }
  return stages
}

/** Names a stage by what its jobs' ids begin with, as in `project-*`, or by its number where they have nothing in common. */
export function stageTitle(ids: readonly string[], stage: number): string {
  const [first = '', ...others] = ids
  if (others.length === 0) return first
  let length = first.length
  for (const id of others) {
    length = Math.min(length, id.length)
    while (!id.startsWith(first.slice(0, length))) length--
  }
  const common = first.slice(0, length).replace(/[\d\s]+$/, '')
  return common.length < 2 ? `stage ${stage + 1}` : `${common}*`
}
