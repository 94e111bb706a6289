import { type JobQueue, QueueError } from '@sluice/core'
import type { JobOutcome, RunCommand } from '../run/job-outcome.ts'
import type { RunState } from '../run/run-state.ts'
import { inParallel } from './in-parallel.ts'
import { readOutcomes } from './queue-outcomes.ts'
import { queuedJobs } from './queued-jobs.ts'

/** What is to be put before `advance`. */
export type RunInput = JobOutcome | RunCommand

const CALLS_IN_FLIGHT = 64

/**
 * Hands jobs of a run to the queue, which keeps those that it has already.
 *
 * Returns what follows from those that it refuses: a job that breaks a limit has failed, and where the workflow was cancelled behind
 * the run's back the run is to be cancelled too.
 *
 * @throws {QueueError} where the store is unavailable or full; some of the jobs may be enqueued.
 */
export async function enqueueJobs(
  queue: JobQueue,
  workflowId: string,
  state: RunState,
  jobIds: readonly string[],
): Promise<RunInput[]> {
  const inputs: RunInput[] = []
  for (const jobs of queuedJobs(state, workflowId, jobIds)) {
    const results = await queue.enqueueMany(jobs)
    for (const [index, result] of results.entries()) {
      if (result.status !== 'rejected') continue
      inputs.push(refusal(jobs[index]?.jobId as string, state.attempt, result.error))
    }
  }
  return inputs
}

/**
 * Cancels jobs of a run, and returns what became of them: one that had ended stays as it is.
 *
 * A job that the queue does not know yet is enqueued first, so that nobody else can enqueue it later.
 */
export async function cancelJobs(
  queue: JobQueue,
  workflowId: string,
  state: RunState,
  jobIds: readonly string[],
): Promise<RunInput[]> {
  const refused = await inParallel(jobIds, CALLS_IN_FLIGHT, async (jobId) => {
    if (await cancelJob(queue, workflowId, jobId)) return []
    const inputs = await enqueueJobs(queue, workflowId, state, [jobId])
    await cancelJob(queue, workflowId, jobId)
    return inputs
  })
  const outcomes = await readOutcomes(queue, workflowId, jobIds, state.attempt)
  return [...outcomes.values(), ...refused.flat()]
}

async function cancelJob(queue: JobQueue, workflowId: string, jobId: string): Promise<boolean> {
  try {
    await queue.cancel(workflowId, jobId)
    return true
  } catch (error) {
    if (QueueError.is(error, 'JOB_NOT_FOUND')) return false
    throw error
  }
}

function refusal(jobId: string, runAttempt: number, error: QueueError): RunInput {
  if (error.code === 'WORKFLOW_CANCELLED') return { kind: 'cancelRun' }
  if (error.code !== 'VALIDATION') throw error
  const failure = { message: `the queue refused the job: ${error.message}` }
  return { kind: 'failed', jobId, runAttempt, attempt: 0, failure }
}
