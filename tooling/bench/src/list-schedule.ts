import type { DurationOf, Workflow, WorkflowJob } from '@sluice/dag'

/**
 * Tells the makespan of list scheduling: whenever a worker is free it takes the job that has been ready longest, the one first in
 * the file among equals (R. L. Graham, "Bounds on Multiprocessing Timing Anomalies", SIAM J. Appl. Math. 17:416-429, 1969).
 */
export function listScheduleMs(workflow: Workflow, workers: number, durationOf: DurationOf): number {
  const { jobs } = workflow
  const positions = new Map(jobs.map(({ id }, position) => [id, position]))
  const unmet = jobs.map(({ needs }) => needs.length)
  const dependents = jobs.map((): number[] => [])
  for (const [position, { needs }] of jobs.entries()) {
    for (const id of needs) dependents[positions.get(id) ?? -1]?.push(position)
  }

  const ready = [...jobs.keys()].filter((position) => unmet[position] === 0)
  let running: { position: number; endMs: number }[] = []
  let nowMs = 0
  for (let next = 0; next < ready.length || running.length > 0; ) {
    while (next < ready.length && running.length < workers) {
      const position = ready[next++] as number
      running.push({ position, endMs: nowMs + durationOf(jobs[position] as WorkflowJob) })
    }
    nowMs = Math.min(...running.map(({ endMs }) => endMs))
    const released: number[] = []
    for (const { position } of running.filter(({ endMs }) => endMs === nowMs)) {
      for (const dependent of dependents[position] ?? []) {
        unmet[dependent] = (unmet[dependent] as number) - 1
        if (unmet[dependent] === 0) released.push(dependent)
      }
    }
    ready.push(...released.sort((left, right) => left - right))
    running = running.filter(({ endMs }) => endMs > nowMs)
  }
  return nowMs
}
