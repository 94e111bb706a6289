import {
  JOB_STATES,
  type JobPage,
  type JobRecord,
  type JobRef,
  type JobState,
  type JobSummary,
  type LabelSetStats,
  type ListJobsOptions,
  parseFilter,
  parseOptions,
  parsePageSize,
  type QueueStats,
} from '@sluice/core'
import { definitionOf, findJob, type JobRow } from './job-row.ts'
import { cutPage, parseCursor } from './page.ts'
import type { Session } from './session.ts'

export function getJob(session: Session, { workflowId, jobId }: JobRef): JobRecord | null {
  const row = findJob(session, { workflowId, jobId })
  if (row === undefined) return null
  const record = { ...summarize(session, row), job: definitionOf(row) }
  return row.outputs === null ? record : { ...record, outputs: JSON.parse(row.outputs) }
}

/**
 * Reads a page of a workflow's jobs, in the order in which they were enqueued.
 *
 * @throws {ValidationError}
 */
export function listJobs(session: Session, workflowId: string, options?: ListJobsOptions): JobPage {
  const { cursor, ...wanted } = parseOptions(options)
  const limit = parsePageSize(wanted.limit)
  const states = parseFilter(wanted.states, 'states', JOB_STATES) ?? JOB_STATES
  const rows = session.all<JobRow>(
    `SELECT * FROM job
     WHERE workflow_id = :workflowId AND id > :after AND state IN (SELECT value FROM json_each(:states))
     ORDER BY id LIMIT :limit`,
    { workflowId, after: parseCursor(cursor) ?? 0, states: JSON.stringify([...states]), limit: limit + 1 },
  )
  const [page, next] = cutPage(rows, limit, ({ id }) => id)
  return { jobs: page.map((row) => summarize(session, row)), ...next }
}

/** Counts the waiting jobs of the same label set that come before this one. [INS-2] */
export function position(session: Session, { workflowId, jobId }: JobRef): number | null {
  const job = findJob(session, { workflowId, jobId })
  if (job?.state !== 'waiting') return null
  const { labels, priority, id } = job
  const counted = session.get<{ before: number }>(
    `SELECT count(*) AS before FROM job WHERE state = 'waiting' AND labels = :labels
     AND (priority > :priority OR (priority = :priority AND id < :id))`,
    { labels, priority, id },
  )
  return counted?.before ?? 0
}

export function stats(session: Session): QueueStats {
  const byState = Object.fromEntries(JOB_STATES.map((state) => [state, 0])) as Record<JobState, number>
  const byLabelSet = new Map<string, LabelSetStats>()
  const rows = session.all<{ labels: string; state: JobState; count: number }>(
    'SELECT labels, state, count(*) AS count FROM job GROUP BY labels, state',
  )
  for (const { labels, state, count } of rows) {
    byState[state] += count
    if (state !== 'waiting' && state !== 'delayed' && state !== 'active') continue
    const counts = byLabelSet.get(labels) ?? { labels: JSON.parse(labels), waiting: 0, delayed: 0, active: 0 }
    byLabelSet.set(labels, { ...counts, [state]: count })
  }
  return { byState, byLabelSet: [...byLabelSet.values()] }
}

function summarize(session: Session, row: JobRow): JobSummary {
  return {
    workflowId: row.workflow_id,
    jobId: row.job_id,
    state: row.state,
    attempt: row.attempt,
    priority: row.priority,
    requiredLabels: JSON.parse(row.labels),
    enqueuedAt: row.enqueued_at,
    availableAt: row.available_at,
    ...(row.started_at !== null && { startedAt: row.started_at }),
    ...(row.finished_at !== null && { finishedAt: row.finished_at }),
    ...(row.failure !== null && { failure: JSON.parse(row.failure) }),
    ...(row.state === 'active' && holderOf(session, row)),
  }
}

function holderOf(session: Session, { id }: JobRow) {
  const held = session.get<{ worker_id: string; expires_at: number }>(
    'SELECT worker_id, expires_at FROM lease WHERE job = :id AND ending IS NULL',
    { id },
  )
  return held && { workerId: held.worker_id, leaseExpiresAt: held.expires_at }
}
