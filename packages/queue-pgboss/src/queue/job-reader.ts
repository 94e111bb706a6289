import {
  JOB_STATES,
  type JobFailure,
  type JobPage,
  type JobRecord,
  type JobState,
  type JobSummary,
  type LabelSetStats,
  type ListJobsOptions,
  labelSetKey,
  type Outputs,
  parseOptions,
  parsePageSize,
  type QueueStats,
  ValidationError,
} from '@sluice/core'
import type { Database } from '../database/database.ts'
import { type BossJobData, jobOf } from './boss-job.ts'
import { Coalescer, type Outcome } from './coalescer.ts'
import getJobsSql from './get-jobs.sql'
import { jobUuid } from './job-uuid.ts'
import listJobsSql from './list-jobs.sql'
import positionSql from './position.sql'
import statsSql from './stats.sql'

interface SummaryRow {
  readonly workflow_id: string
  readonly job_id: string
  readonly state: JobState
  readonly attempt: number
  readonly priority: number
  readonly labels: readonly string[]
  readonly failure: JobFailure | null
  readonly worker_id: string | null
  readonly enqueued_at: number
  readonly available_at: number
  readonly started_at: number | null
  readonly finished_at: number | null
  readonly lease_expires_at: number | null
}

interface RecordRow extends SummaryRow {
  readonly id: string
  readonly data: BossJobData
  readonly outputs: Outputs | null
}

interface StatsRow {
  readonly state: JobState
  readonly labels: readonly string[]
  readonly jobs: number
}

/** Tells what the store holds. */
export class JobReader {
  readonly #database: Database
  readonly #records: Coalescer<string, JobRecord | null>

  constructor(database: Database) {
    this.#database = database
    this.#records = new Coalescer({ store: database.store, flush: (ids) => this.#readRecords(ids), maxItems: 100 })
  }

  getJob(workflowId: string, jobId: string): Promise<JobRecord | null> {
    return this.#records.add(jobUuid(workflowId, jobId))
  }

  /** @throws {ValidationError} */
  async listJobs(workflowId: string, options?: ListJobsOptions): Promise<JobPage> {
    const { cursor, ...asked } = parseOptions(options)
    const limit = parsePageSize(asked.limit)
    const states = parseStates(asked.states)
    const after = cursor === undefined ? 0 : parseCursor(cursor)
    const rows = await this.#database.query<SummaryRow & { readonly serial: number }>(listJobsSql, [
      workflowId,
      after,
      states,
      limit + 1,
    ])
    const page = rows.slice(0, limit)
    const jobs = page.map(summarize)
    return rows.length > limit ? { jobs, nextCursor: String(page.at(-1)?.serial) } : { jobs }
  }

  async position(workflowId: string, jobId: string): Promise<number | null> {
    const [row] = await this.#database.query<{ before: number }>(positionSql, [jobUuid(workflowId, jobId)])
    return row?.before ?? null
  }

  async stats(): Promise<QueueStats> {
    const byState = Object.fromEntries(JOB_STATES.map((state) => [state, 0])) as Record<JobState, number>
    const byLabelSet = new Map<string, LabelSetStats>()
    for (const { state, labels, jobs } of await this.#database.query<StatsRow>(statsSql)) {
      byState[state] += jobs
      if (state !== 'waiting' && state !== 'delayed' && state !== 'active') continue
      const key = labelSetKey(labels)
      byLabelSet.set(key, { ...(byLabelSet.get(key) ?? { labels, waiting: 0, delayed: 0, active: 0 }), [state]: jobs })
    }
    return { byState, byLabelSet: [...byLabelSet.values()] }
  }

  async #readRecords(ids: readonly string[]): Promise<readonly Outcome<JobRecord | null>[]> {
    const records = new Map<string, JobRecord>()
    for (const row of await this.#database.query<RecordRow>(getJobsSql, [ids])) records.set(row.id, recordOf(row))
    return ids.map((id) => ({ value: records.get(id) ?? null }))
  }
}

function recordOf(row: RecordRow): JobRecord {
  const record = { ...summarize(row), job: jobOf(row.data) }
  return row.outputs === null ? record : { ...record, outputs: row.outputs }
}

function summarize(row: SummaryRow): JobSummary {
  const { state, started_at, finished_at, failure, worker_id, lease_expires_at } = row
  return {
    workflowId: row.workflow_id,
    jobId: row.job_id,
    state,
    attempt: row.attempt,
    priority: row.priority,
    requiredLabels: row.labels,
    enqueuedAt: row.enqueued_at,
    availableAt: row.available_at,
    ...(started_at === null ? {} : { startedAt: started_at }),
    ...(finished_at === null ? {} : { finishedAt: finished_at }),
    ...(failure === null ? {} : { failure }),
    ...(state !== 'active' || worker_id === null || lease_expires_at === null
      ? {}
      : { workerId: worker_id, leaseExpiresAt: lease_expires_at }),
  }
}

function parseStates(states: unknown): readonly JobState[] | null {
  if (states === undefined) return null
  const allowed: readonly unknown[] = JOB_STATES
  if (!Array.isArray(states)) throw new ValidationError('states', `must be an array of ${JOB_STATES.join(', ')}`)
  const unknown = states.findIndex((state) => !allowed.includes(state))
  if (unknown >= 0) throw new ValidationError(`states[${unknown}]`, `must be one of ${JOB_STATES.join(', ')}`)
  return states
}

/** A cursor is the serial of the last job before the page. */
function parseCursor(cursor: unknown): number {
  if (typeof cursor === 'string' && /^\d{1,15}$/.test(cursor)) return Number(cursor)
  throw new ValidationError('cursor', 'must be the nextCursor of another page')
}
