import { parseId, parseJob, type QueuedJob, ValidationError } from '@sluice/core'
import { graphProblems } from './graph/graph-problems.ts'
import type { GraphNode } from './graph/topological-order.ts'
import type { ProblemPath } from './problem-path.ts'
import type { JobCondition, Workflow, WorkflowJob } from './workflow.ts'
import { WorkflowDefinitionError, type WorkflowProblem } from './workflow-definition-error.ts'

/** Every condition, as a workflow names it. */
export const JOB_CONDITIONS = ['success', 'failure', 'always'] as const satisfies readonly JobCondition[]

/**
 * Finds what is wrong with a workflow that was built in code or read from a store: values of the wrong type, breaches of the queue's
 * limits, duplicate ids, needs that are unknown, repeated or of the job itself, and cycles. Empty if it is valid.
 *
 * Takes time linear in the size of the workflow, without recursion over the graph.
 */
export function validateWorkflow(workflow: unknown): readonly WorkflowProblem[] {
  if (!isRecord(workflow)) return [{ path: [], message: 'a workflow must be an object' }]
  const { name, failFast, jobs } = workflow
  const problems: WorkflowProblem[] = []
  check(problems, [], () => parseId(name, 'name'))
  if (typeof failFast !== 'boolean') problems.push({ path: ['failFast'], message: 'must be true or false' })
  if (!Array.isArray(jobs)) return [...problems, { path: ['jobs'], message: 'must be an array of jobs' }]
  if (jobs.length === 0) problems.push({ path: ['jobs'], message: 'a workflow needs at least one job' })
  const nodes: GraphNode[] = []
  for (const [index, job] of jobs.entries()) {
    const id = checkId(problems, job, index)
    if (id === undefined) continue
    checkJob(problems, job, id)
    nodes.push({ id, needs: checkNeeds(problems, job.needs, id) })
  }
  return [...problems, ...graphProblems(nodes)]
}

/**
 * Checks that a workflow is valid.
 *
 * @throws {WorkflowDefinitionError} with all that {@link validateWorkflow} finds.
 */
export function assertWorkflow(workflow: unknown): asserts workflow is Workflow {
  const problems = validateWorkflow(workflow)
  if (problems.length > 0) throw new WorkflowDefinitionError(problems)
}

function checkId(problems: WorkflowProblem[], job: unknown, index: number): string | undefined {
  if (!isRecord(job)) {
    problems.push({ path: ['jobs', index], message: 'a job must be an object' })
    return undefined
  }
  // A plain assignment to this property would change an object's prototype instead, somewhere down the line.
  if (job.id === '__proto__') problems.push({ path: ['jobs', index, 'id'], message: 'must not be "__proto__"' })
  else if (check(problems, ['jobs', index], () => parseId(job.id, 'id'))) return job.id as string
  return undefined
}

function checkJob(problems: WorkflowProblem[], job: WorkflowJob, id: string): void {
  const path = ['jobs', id]
  check(problems, path, () => parseId(job.name, 'name'))
  check(problems, path, () => parseJob(queuedJob(job, id)))
  for (const field of ['labels', 'priority', 'retryPolicy'] as const)
    if (job[field] === undefined) problems.push({ path: [...path, field], message: 'is missing' })
  if (!JOB_CONDITIONS.includes(job.condition))
    problems.push({ path: [...path, 'condition'], message: 'must be success, failure or always' })
  if (typeof job.continueOnError !== 'boolean')
    problems.push({ path: [...path, 'continueOnError'], message: 'must be true or false' })
}

/** The job as the queue would get it, in a run whose id is as long as can be. */
function queuedJob(job: WorkflowJob, jobId: string): QueuedJob {
  const { command, payload, labels, priority, retryPolicy, timeoutMs } = job
  return {
    workflowId: LONGEST_ID,
    jobId,
    command,
    requiredLabels: labels,
    priority,
    retryPolicy,
    ...(payload === undefined ? {} : { payload }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  }
}

const LONGEST_ID = 'x'.repeat(255)

function checkNeeds(problems: WorkflowProblem[], needs: unknown, id: string): readonly string[] {
  if (Array.isArray(needs) && needs.every((needed) => typeof needed === 'string')) return needs
  problems.push({ path: ['jobs', id, 'needs'], message: 'must be an array of ids of jobs' })
  return []
}

/** Turns what core throws for a field into a problem at its path. */
function check(problems: WorkflowProblem[], path: ProblemPath, parse: () => unknown): boolean {
  try {
    parse()
    return true
  } catch (error) {
    if (!ValidationError.is(error, 'VALIDATION')) throw error
    const { field, message } = error as ValidationError
    problems.push({ path: [...path, ...fieldPath(field)], message: message.slice(field.length + 1) })
    return false
  }
}

/** Takes a field apart as core names it: `retryPolicy.maxRetries`, `requiredLabels[1]`, `payload.items[3]`; the whole is `job`. */
function fieldPath(field: string): ProblemPath {
  if (field === 'job') return []
  const parts = field.match(/[^.[\]]+/g) ?? []
  return parts.map((part) => (part === 'requiredLabels' ? 'labels' : /^\d+$/.test(part) ? Number(part) : part))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
