import type { JobQueue, JobRecord, JobState, JobSummary, QueueEvent, RunJob } from '@sluice/core'
import type { JobOutcome } from '../run/job-outcome.ts'
import type { RunState } from '../run/run-state.ts'
import { inParallel } from './in-parallel.ts'

/** A notice of a job, from the queue. */
export type JobEvent = Exclude<QueueEvent, { readonly kind: 'gap' }>

/** What the queue tells of a run's jobs beyond what its state holds. */
export interface QueueComparison {
  readonly outcomes: readonly JobOutcome[]
  /** Jobs that should be in the queue and are not. */
  readonly unknown: readonly string[]
  /** Jobs that are unfinished in the queue, and marked to be cancelled. */
  readonly alive: readonly string[]
}

const CALLS_IN_FLIGHT = 256
const PAGE_SIZE = 1000

/** How many jobs may be missing from the unfinished ones before those that failed or were cancelled are listed too. */
const FEW = 50

/** The outcome that a job's record tells; a completed job needs its full record, for the outputs. */
export function outcomeOf(record: JobSummary & Pick<JobRecord, 'outputs'>, runAttempt: number): JobOutcome {
  const { jobId, attempt, startedAt, finishedAt, failure } = record
  const base = { jobId, runAttempt, attempt }
  const times = {
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
  }
  switch (record.state) {
    case 'waiting':
    case 'delayed':
      return { ...base, kind: 'requeued', at: startedAt ?? record.enqueuedAt, ...(failure ? { failure } : {}) }
    case 'active':
      return { ...base, kind: 'started', at: startedAt ?? record.enqueuedAt, workerId: record.workerId ?? '' }
    case 'completed':
      return { ...base, ...times, kind: 'succeeded', outputs: record.outputs ?? {} }
    case 'failed':
      return { ...base, ...times, kind: 'failed', failure: failure ?? { message: 'no reason was given' } }
    case 'cancelled':
      return { ...base, ...times, kind: 'cancelled' }
  }
}

/** The outcome that an event tells; `null` for one that tells nothing new. */
export function outcomeOfEvent(event: JobEvent, runAttempt: number): JobOutcome | null {
  const { jobId, attempt, at } = event
  const base = { jobId, runAttempt, attempt }
  switch (event.kind) {
    case 'ready':
      return null
    case 'started':
      return { ...base, kind: 'started', at, workerId: event.workerId }
    case 'leaseExpired':
      return event.willRetry ? { ...base, kind: 'requeued', attempt: attempt + 1, at } : null
    case 'failed': {
      const { failure } = event
      if (event.willRetry) return { ...base, kind: 'requeued', attempt: attempt + 1, at, failure }
      return { ...base, kind: 'failed', finishedAt: at, failure }
    }
    case 'completed':
      return { ...base, kind: 'succeeded', finishedAt: at, outputs: event.outputs ?? {} }
    case 'cancelled':
      return { ...base, kind: 'cancelled', finishedAt: at }
  }
}

/** Reads the truth about jobs; those that the queue does not know are left out. */
export async function readOutcomes(
  queue: JobQueue,
  workflowId: string,
  jobIds: readonly string[],
  runAttempt: number,
): Promise<Map<string, JobOutcome>> {
  const outcomes = new Map<string, JobOutcome>()
  await inParallel(jobIds, CALLS_IN_FLIGHT, async (jobId) => {
    const record = await queue.getJob(workflowId, jobId)
    if (record) outcomes.set(jobId, outcomeOf(record, runAttempt))
  })
  return outcomes
}

/**
 * Compares the jobs of a run that should be in the queue with the queue.
 *
 * Reads what is unfinished there in pages, and one by one only what has ended since it was last looked at.
 */
export async function compareWithQueue(queue: JobQueue, workflowId: string, state: RunState): Promise<QueueComparison> {
  const { attempt } = state
  const expected = new Map<string, RunJob>()
  for (const job of state.jobs) if (job.state === 'queued' || job.state === 'running') expected.set(job.jobId, job)
  const missing = new Set(expected.keys())
  const outcomes: JobOutcome[] = []
  for await (const summary of listJobs(queue, workflowId, ['waiting', 'delayed', 'active'])) {
    if (missing.delete(summary.jobId)) outcomes.push(outcomeOf(summary, attempt))
  }
  if (missing.size > FEW) {
    for await (const summary of listJobs(queue, workflowId, ['failed', 'cancelled'])) {
      if (missing.delete(summary.jobId)) outcomes.push(outcomeOf(summary, attempt))
    }
  }
  const rest = [...missing]
  const found = await readOutcomes(queue, workflowId, rest, attempt)
  outcomes.push(...found.values())
  return {
    outcomes,
    unknown: rest.filter((jobId) => !found.has(jobId)),
    alive: outcomes.filter(isAlive).flatMap(({ jobId }) => (expected.get(jobId)?.reason ? [jobId] : [])),
  }
}

function isAlive({ kind }: JobOutcome): boolean {
  return kind === 'started' || kind === 'requeued'
}

async function* listJobs(queue: JobQueue, workflowId: string, states: readonly JobState[]): AsyncGenerator<JobSummary> {
  let cursor: string | undefined
  do {
    const page = await queue.listJobs(workflowId, {
      states,
      limit: PAGE_SIZE,
      ...(cursor === undefined ? {} : { cursor }),
    })
    yield* page.jobs
    cursor = page.nextCursor
  } while (cursor !== undefined)
}
