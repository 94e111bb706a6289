import {
  type Backend,
  canonicalLabelSet,
  isLabelSubset,
  type JobRecord,
  labelSetKey,
  type RunJob,
  type RunStatus,
  type WorkerRecord,
} from '@sluice/core'
import type { RunState } from '../run/run-state.ts'
import type { Explanation, ExplanationCause, JobStanding } from './explanation.ts'
import type { RunLedger } from './run-ledger.ts'

/** A job and what of its run explains it, as of one moment. */
export interface JobSnapshot {
  readonly runId: string
  readonly workflowId: string
  readonly runStatus: RunStatus
  readonly job: RunJob
  /** What it needs and what has not ended: how many, and the first. */
  readonly unmet: { readonly count: number; readonly by: readonly JobStanding[] }
  /** The job that its reason names. */
  readonly root?: RunJob
  /** The skipped jobs between it and the root. */
  readonly via: readonly JobStanding[]
}

/** Jobs that an explanation names, at the most. */
const NAMED_JOBS = 20

/** Notes what explains a job of a run. */
export function snapshotOfJob({ runId, workflowId, state }: RunLedger, jobId: string): JobSnapshot {
  const job = jobOf(state, jobId)
  const because = job.reason && 'because' in job.reason ? job.reason.because : null
  return {
    runId,
    workflowId,
    runStatus: state.status,
    job,
    unmet: unmetNeeds(state, job),
    via: because === null || job.reason?.kind !== 'dependency' ? [] : skippedOnTheWay(state, job, because),
    ...(because === null ? {} : { root: jobOf(state, because) }),
  }
}

/** Explains a job from the snapshot, the queue and the workers. */
export async function explainJob(backend: Backend, snapshot: JobSnapshot): Promise<Explanation> {
  const { runId, runStatus, job } = snapshot
  const { jobId, state } = job
  return { runId, jobId, state, runStatus, cause: await causeOf(backend, snapshot) }
}

async function causeOf(
  backend: Backend,
  { workflowId, job, unmet, root, via }: JobSnapshot,
): Promise<ExplanationCause> {
  const at = job.finishedAt === undefined ? {} : { at: job.finishedAt }
  switch (job.state) {
    case 'blocked':
      return { kind: 'blocked', ...unmet }
    case 'queued':
    case 'running':
      return job.reason ? { kind: 'cancelling', reason: job.reason } : causeInQueue(backend, workflowId, job.jobId)
    case 'succeeded':
      return { kind: 'succeeded', ...at }
    case 'failed':
      return { kind: 'failed', failure: job.failure ?? { message: '' }, ...at }
    case 'cancelled':
      return { kind: 'cancelled', ...(job.reason ? { reason: job.reason } : {}), ...at }
    case 'skipped': {
      const failure = root?.failure ? { failure: root.failure } : {}
      const cause = root ? { root: { ...standingOf(root), ...failure } } : {}
      return { kind: 'skipped', reason: job.reason ?? { kind: 'condition' }, ...cause, via }
    }
  }
}

async function causeInQueue({ queue, workers }: Backend, workflowId: string, jobId: string): Promise<ExplanationCause> {
  const record = await queue.getJob(workflowId, jobId)
  if (record === null) return { kind: 'notEnqueued' }
  const { attempt, workerId, startedAt: since, leaseExpiresAt, failure } = record
  switch (record.state) {
    case 'delayed':
      return { kind: 'delayed', until: record.availableAt, attempt, ...(failure ? { failure } : {}) }
    case 'active':
      return {
        kind: 'running',
        attempt,
        ...(workerId === undefined ? {} : { workerId }),
        ...(since === undefined ? {} : { since }),
        ...(leaseExpiresAt === undefined ? {} : { leaseExpiresAt }),
      }
    case 'waiting': {
      const [position, stats, known] = await Promise.all([
        queue.position(workflowId, jobId),
        queue.stats(),
        workers.list(),
      ])
      const key = labelSetKey(record.requiredLabels)
      const running = stats.byLabelSet.find(({ labels }) => labelSetKey(labels) === key)?.active ?? 0
      return causeOfWaiting(record, known, { ahead: position ?? 0, running })
    }
    default:
      return { kind: 'unrecorded', queueState: record.state }
  }
}

function causeOfWaiting(
  { requiredLabels }: JobRecord,
  workers: readonly WorkerRecord[],
  line: { readonly ahead: number; readonly running: number },
): ExplanationCause {
  const online = workers.filter((worker) => worker.online)
  const able = online.filter(({ labels }) => isLabelSubset(requiredLabels, canonicalLabelSet(labels)))
  if (able.length === 0) {
    const missingLabels = requiredLabels.filter((label) => !online.some(({ labels }) => labels.includes(label)))
    return { kind: 'noWorker', requiredLabels, missingLabels, workersOnline: online.length }
  }
  const busyWorkers = able.filter(({ running, concurrency }) => running.length >= concurrency).length
  return { kind: 'waiting', ...line, workers: able.length, busyWorkers }
}

function unmetNeeds(state: RunState, { jobId, state: standing }: RunJob): JobSnapshot['unmet'] {
  if (standing !== 'blocked') return { count: 0, by: [] }
  const unmet = needsOf(state, jobId).filter(({ state }) => ['blocked', 'queued', 'running'].includes(state))
  return { count: unmet.length, by: unmet.slice(0, NAMED_JOBS).map(standingOf) }
}

/** Follows the needs that were skipped because of the root, towards it. */
function skippedOnTheWay(state: RunState, job: RunJob, rootId: string): JobStanding[] {
  const via: JobStanding[] = []
  for (let at = job; via.length < NAMED_JOBS; ) {
    const needs = needsOf(state, at.jobId)
    if (needs.some(({ jobId }) => jobId === rootId)) break
    const next = needs.find(({ reason }) => reason?.kind === 'dependency' && reason.because === rootId)
    if (next === undefined) break
    via.push(standingOf(next))
    at = next
  }
  return via
}

function needsOf(state: RunState, jobId: string): RunJob[] {
  const index = state.graph.indexById.get(jobId) as number
  const { needs } = state.graph.workflow.jobs[index] as { readonly needs: readonly string[] }
  return needs.map((need) => jobOf(state, need))
}

function jobOf({ graph, jobs }: RunState, jobId: string): RunJob {
  return jobs[graph.indexById.get(jobId) as number] as RunJob
}

function standingOf({ jobId, state }: RunJob): JobStanding {
  return { jobId, state }
}
