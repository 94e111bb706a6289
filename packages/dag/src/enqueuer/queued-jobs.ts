import type { Outputs, QueuedJob, RunJob } from '@sluice/core'
import type { RunState } from '../run/run-state.ts'
import type { WorkflowJob } from '../workflow.ts'

/** The most jobs in one call of `enqueueMany`. */
const CHUNK_JOBS = 500

/** About the most characters of outputs in one call, so that a wide fan-out of large outputs is not held at once. */
const CHUNK_CHARACTERS = 4 * 1024 * 1024

/** Yields jobs of a run as the queue takes them, with the outputs of what each needs, in chunks of bounded size. */
export function* queuedJobs(state: RunState, workflowId: string, jobIds: Iterable<string>): Generator<QueuedJob[]> {
  let chunk: QueuedJob[] = []
  let characters = 0
  for (const jobId of jobIds) {
    const job = queuedJob(state, workflowId, jobId)
    chunk.push(job)
    if (job.upstreamOutputs) characters += charactersOf(job.upstreamOutputs)
    if (chunk.length < CHUNK_JOBS && characters < CHUNK_CHARACTERS) continue
    yield chunk
    chunk = []
    characters = 0
  }
  if (chunk.length > 0) yield chunk
}

function queuedJob(state: RunState, workflowId: string, jobId: string): QueuedJob {
  const index = state.graph.indexById.get(jobId) as number
  const { command, payload, labels, priority, retryPolicy, timeoutMs } = state.graph.workflow.jobs[index] as WorkflowJob
  const upstreamOutputs = outputsOfNeeds(state, index)
  return {
    workflowId,
    jobId,
    command,
    requiredLabels: labels,
    priority,
    retryPolicy,
    ...(payload === undefined ? {} : { payload }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(upstreamOutputs === null ? {} : { upstreamOutputs }),
  }
}

function outputsOfNeeds({ graph, jobs }: RunState, index: number): Record<string, Outputs> | null {
  let found: Record<string, Outputs> | null = null
  for (let edge = graph.needsStart[index] as number; edge < (graph.needsStart[index + 1] as number); edge++) {
    const { jobId, outputs } = jobs[graph.needs[edge] as number] as RunJob
    if (outputs === undefined) continue
    found ??= {}
    found[jobId] = outputs
  }
  return found
}

function charactersOf(upstreamOutputs: Readonly<Record<string, Outputs>>): number {
  let characters = 0
  for (const outputs of Object.values(upstreamOutputs)) {
    for (const [key, text] of Object.entries(outputs)) characters += key.length + text.length
  }
  return characters
}
