import type { JobCondition, Workflow, WorkflowJob } from '../../src/workflow.ts'

/** What a test says of a job; the rest is filled in. */
export type JobSketch = Partial<WorkflowJob> & { readonly id: string }

/** A workflow of the jobs given, each with the defaults of a definition. */
export function workflowOf(jobs: readonly JobSketch[], options: Partial<Omit<Workflow, 'jobs'>> = {}): Workflow {
  return { name: 'test', failFast: false, ...options, jobs: jobs.map(jobOf) }
}

/** A workflow from lines like `deploy: build, test`, with `if: failure` and the like given by job id. */
export function workflowFrom(
  needs: Readonly<Record<string, string>>,
  conditions: Readonly<Record<string, JobCondition>> = {},
  options: Partial<Omit<Workflow, 'jobs'>> = {},
): Workflow {
  const sketches = Object.entries(needs).map(([id, list]) => ({
    id,
    needs: list === '' ? [] : list.split(' '),
    condition: conditions[id] ?? ('success' as const),
  }))
  return workflowOf(sketches, options)
}

/** `depth` layers of `width` jobs, each needing all of the layer before. */
export function layeredWorkflow(width: number, depth: number): Workflow {
  const layer = (level: number) => Array.from({ length: width }, (_, place) => `l${level}-${place}`)
  const jobs: JobSketch[] = []
  for (let level = 0; level < depth; level++) {
    const needs = level === 0 ? [] : layer(level - 1)
    for (const id of layer(level)) jobs.push({ id, needs })
  }
  return workflowOf(jobs)
}

/** One job, `width` that need it, and one that needs all of these. */
export function fanWorkflow(width: number): Workflow {
  const middle = Array.from({ length: width }, (_, place) => `m${place}`)
  return workflowOf([
    { id: 'source' },
    ...middle.map((id) => ({ id, needs: ['source'] })),
    { id: 'sink', needs: middle },
  ])
}

/** A chain of `length` jobs. */
export function chainWorkflow(length: number): Workflow {
  return workflowOf(
    Array.from({ length }, (_, place) => ({ id: `c${place}`, needs: place === 0 ? [] : [`c${place - 1}`] })),
  )
}

function jobOf(sketch: JobSketch): WorkflowJob {
  return {
    name: sketch.id,
    needs: [],
    command: `run ${sketch.id}`,
    labels: [],
    priority: 0,
    retryPolicy: { maxRetries: 0, backoff: { kind: 'none' } },
    condition: 'success',
    continueOnError: false,
    ...sketch,
  }
}
