import {
  isFinalRunStatus,
  type ListRunJobsOptions,
  type ListRunsOptions,
  type LoadedRun,
  type NewRun,
  parseAge,
  parseFilter,
  parseId,
  parseInteger,
  parseLeaseTtl,
  parseNewRun,
  parseOptions,
  parsePageSize,
  parseRunChanges,
  RUN_JOB_STATES,
  RUN_STATUSES,
  type Run,
  type RunChanges,
  RunConflictError,
  type RunJob,
  type RunJobPage,
  RunNotFoundError,
  type RunPage,
  type RunStatus,
  type RunSummary,
  refuseTransaction,
  type SchedulingLease,
  type TransactionOptions,
  ValidationError,
  type WorkflowStore,
} from '@sluice/core'
import { cutPage, parseCursor } from './page.ts'
import type { Session } from './session.ts'
import type { Store } from './store.ts'

interface RunRow {
  readonly serial: number
  readonly run_id: string
  readonly name: string
  readonly definition: string
  readonly status: RunStatus
  readonly attempt: number
  readonly version: number
  readonly counts: string
  readonly created_at: number
  readonly finished_at: number | null
}

interface RunJobRow {
  readonly position: number
  readonly record: string
}

/** The runs and the states of their jobs, in a SQLite file. */
export class SqliteWorkflowStore implements WorkflowStore {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async createRun(run: NewRun, options?: TransactionOptions): Promise<{ readonly status: 'created' | 'duplicate' }> {
    return this.#store.transaction((session) => {
      refuseTransaction(options)
      const { runId, name, definition, counts, jobs } = parseNewRun(run)
      const created = session.get<RunRow>(
        `INSERT INTO run (run_id, name, definition, status, counts, created_at)
         VALUES (:runId, :name, :definition, 'running', :counts, :now)
         ON CONFLICT (run_id) DO NOTHING RETURNING *`,
        { runId, name, definition: JSON.stringify(definition), counts: JSON.stringify(counts), now: session.now },
      )
      if (created === undefined) return { status: 'duplicate' }
      for (const [position, job] of jobs.entries()) {
        session.run('INSERT INTO run_job VALUES (:run, :position, :jobId, :state, :record)', {
          run: created.serial,
          position,
          jobId: job.jobId,
          state: job.state,
          record: JSON.stringify(job),
        })
      }
      return { status: 'created' }
    })
  }

  async getRun(runId: string, options?: TransactionOptions): Promise<Run | null> {
    return this.#store.transaction((session) => {
      refuseTransaction(options)
      const row = findRun(session, parseId(runId, 'runId'))
      return row ? describeRun(row) : null
    })
  }

  async loadRun(runId: string): Promise<LoadedRun | null> {
    return this.#store.transaction((session) => {
      const row = findRun(session, parseId(runId, 'runId'))
      if (row === undefined) return null
      const jobs = session.all<RunJobRow>('SELECT * FROM run_job WHERE run = :serial ORDER BY position', {
        serial: row.serial,
      })
      return { run: describeRun(row), jobs: jobs.map(({ record }) => JSON.parse(record)) }
    })
  }

  async commitRun(runId: string, expectedVersion: number, changes: RunChanges): Promise<number> {
    return this.#store.transaction((session) => {
      parseInteger(expectedVersion, 'expectedVersion', 1, Number.MAX_SAFE_INTEGER)
      const { jobs = [], ...valid } = parseRunChanges(changes)
      const row = getRun(session, runId)
      const version = raiseVersion(session, row, expectedVersion, valid)
      for (const [index, job] of jobs.entries()) replaceJob(session, row, job, `jobs[${index}]`)
      return version
    })
  }

  async listRuns(options?: ListRunsOptions): Promise<RunPage> {
    return this.#store.transaction((session) => {
      const { cursor, ...wanted } = parseOptions(options)
      const limit = parsePageSize(wanted.limit)
      const statuses = parseFilter(wanted.statuses, 'statuses', RUN_STATUSES) ?? RUN_STATUSES
      const rows = session.all<RunRow>(
        `SELECT * FROM run WHERE serial < :before AND status IN (SELECT value FROM json_each(:statuses))
         ORDER BY serial DESC LIMIT :limit`,
        {
          before: parseCursor(cursor) ?? Number.MAX_SAFE_INTEGER,
          statuses: JSON.stringify([...statuses]),
          limit: limit + 1,
        },
      )
      const [page, next] = cutPage(rows, limit, ({ serial }) => serial)
      return { runs: page.map(summarizeRun), ...next }
    })
  }

  async listRunJobs(runId: string, options?: ListRunJobsOptions): Promise<RunJobPage> {
    return this.#store.transaction((session) => {
      const { serial } = getRun(session, runId)
      const { cursor, ...wanted } = parseOptions(options)
      const limit = parsePageSize(wanted.limit)
      const states = parseFilter(wanted.states, 'states', RUN_JOB_STATES) ?? RUN_JOB_STATES
      const rows = session.all<RunJobRow>(
        `SELECT * FROM run_job
         WHERE run = :serial AND position > :after AND state IN (SELECT value FROM json_each(:states))
         ORDER BY position LIMIT :limit`,
        {
          serial,
          after: parseCursor(cursor) ?? -1,
          states: JSON.stringify([...states]),
          limit: limit + 1,
        },
      )
      const [page, next] = cutPage(rows, limit, ({ position }) => position)
      return { jobs: page.map(({ record }) => JSON.parse(record)), ...next }
    })
  }

  async claimScheduling(owner: string, ttlMs: number): Promise<SchedulingLease | null> {
    return this.#store.transaction((session) => {
      const expiresAt = session.now + parseLeaseTtl(ttlMs, 'ttlMs')
      const turn = session.get<SchedulingLease>(
        `INSERT INTO scheduling VALUES (1, :owner, 1, :expiresAt)
         ON CONFLICT (one) DO UPDATE
           SET owner = excluded.owner, term = term + (owner <> excluded.owner), expires_at = excluded.expires_at
           WHERE owner = excluded.owner OR expires_at <= :now
         RETURNING owner, term, expires_at AS expiresAt`,
        { owner: parseId(owner, 'owner'), expiresAt, now: session.now },
      )
      return turn ? { ...turn } : null
    })
  }

  async releaseScheduling(owner: string): Promise<void> {
    this.#store.transaction((session) => {
      session.run('UPDATE scheduling SET expires_at = :now WHERE owner = :owner AND expires_at > :now', {
        owner: parseId(owner, 'owner'),
        now: session.now,
      })
    })
  }

  async deleteRuns(olderThanMs: number): Promise<number> {
    return this.#store.transaction((session) => {
      const before = session.now - parseAge(olderThanMs, 'olderThanMs')
      return session.run('DELETE FROM run WHERE finished_at < :before', { before })
    })
  }
}

/** @throws {RunConflictError} if the run is at another version. [WFS-3] */
function raiseVersion(
  session: Session,
  run: RunRow,
  expectedVersion: number,
  changes: Omit<RunChanges, 'jobs'>,
): number {
  const { status = run.status, attempt = run.attempt, counts } = changes
  const finishedAt = changes.status === undefined ? run.finished_at : isFinalRunStatus(status) ? session.now : null
  const raised = session.run(
    `UPDATE run SET version = version + 1, status = :status, finished_at = :finishedAt, attempt = :attempt,
       counts = coalesce(:counts, counts)
     WHERE serial = :serial AND version = :expectedVersion`,
    {
      serial: run.serial,
      expectedVersion,
      status,
      finishedAt,
      attempt,
      counts: counts === undefined ? null : JSON.stringify(counts),
    },
  )
  if (raised === 0) throw new RunConflictError(run.run_id, expectedVersion)
  return expectedVersion + 1
}

/** @throws {ValidationError} for a job that the run does not have, which takes back the whole commit. [WFS-4] */
function replaceJob(session: Session, run: RunRow, job: RunJob, field: string): void {
  const { jobId, state } = job
  const replaced = session.run(
    'UPDATE run_job SET state = :state, record = :record WHERE run = :serial AND job_id = :jobId',
    { serial: run.serial, jobId, state, record: JSON.stringify(job) },
  )
  if (replaced > 0) return
  throw new ValidationError(`${field}.jobId`, `is not of run "${run.run_id}": ${JSON.stringify(jobId)}`)
}

function findRun(session: Session, runId: string): RunRow | undefined {
  return session.get('SELECT * FROM run WHERE run_id = :runId', { runId })
}

function getRun(session: Session, runId: string): RunRow {
  const row = findRun(session, parseId(runId, 'runId'))
  if (row === undefined) throw new RunNotFoundError(runId)
  return row
}

function describeRun(row: RunRow): Run {
  return { ...summarizeRun(row), definition: JSON.parse(row.definition) }
}

function summarizeRun(row: RunRow): RunSummary {
  return {
    runId: row.run_id,
    name: row.name,
    status: row.status,
    attempt: row.attempt,
    counts: JSON.parse(row.counts),
    version: row.version,
    createdAt: row.created_at,
    ...(row.finished_at !== null && { finishedAt: row.finished_at }),
  }
}
