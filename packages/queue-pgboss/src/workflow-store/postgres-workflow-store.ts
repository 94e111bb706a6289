import {
  type JsonValue,
  type ListRunJobsOptions,
  type ListRunsOptions,
  type LoadedRun,
  type NewRun,
  parseAge,
  parseId,
  parseInteger,
  parseLeaseTtl,
  parseNewRun,
  parseRunChanges,
  type Run,
  type RunChanges,
  RunConflictError,
  type RunJob,
  type RunJobPage,
  RunNotFoundError,
  type RunPage,
  type SchedulingLease,
  type TransactionOptions,
  ValidationError,
  type WorkflowStore,
} from '@sluice/core'
import type { CallerTransaction } from '../database/caller-transaction.ts'
import type { Database } from '../database/database.ts'
import { DatabaseHandle } from '../database/database-handle.ts'
import type { PostgresOptions } from '../database/database-options.ts'
import { openDatabase } from '../database/open-database.ts'
import type { Session } from '../database/session.ts'
import addRunJobsSql from './add-run-jobs.sql'
import claimSchedulingSql from './claim-scheduling.sql'
import commitRunSql from './commit-run.sql'
import createRunSql from './create-run.sql'
import deleteRunJobsSql from './delete-run-jobs.sql'
import deleteRunsSql from './delete-runs.sql'
import findUnknownJobSql from './find-unknown-job.sql'
import getRunSql from './get-run.sql'
import listRunJobsSql from './list-run-jobs.sql'
import listRunsSql from './list-runs.sql'
import loadRunJobsSql from './load-run-jobs.sql'
import releaseSchedulingSql from './release-scheduling.sql'
import {
  describeRun,
  pageOfRunJobs,
  pageOfRuns,
  type RunJobRow,
  type RunRow,
  runJobsQuery,
  runsQuery,
} from './run-rows.ts'

type FullRunRow = RunRow & { readonly definition: JsonValue }

/** Jobs in one statement, so that a run of any size is sent in parts that others can get in between. */
const JOBS_AT_ONCE = 5000
const RUNS_DELETED_AT_ONCE = 100

const ONE_MOMENT = { text: 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY' }

/** The runs and the states of their jobs, in PostgreSQL. */
export class PostgresWorkflowStore implements WorkflowStore<CallerTransaction> {
  readonly #handle: DatabaseHandle

  constructor(handle: DatabaseHandle) {
    this.#handle = handle
  }

  /**
   * Opens a store on a database of its own.
   *
   * @throws {ValidationError}
   * @throws {BackendUnavailableError}
   */
  static async open(options: PostgresOptions): Promise<PostgresWorkflowStore> {
    return new PostgresWorkflowStore(new DatabaseHandle(await openDatabase(options), true))
  }

  createRun(
    run: NewRun,
    { transaction }: TransactionOptions<CallerTransaction> = {},
  ): Promise<{ readonly status: 'created' | 'duplicate' }> {
    return this.#handle.call(async (database) => {
      const session = transaction === undefined ? null : database.join(transaction)
      const valid = parseNewRun(run)
      const isCreated = await (session
        ? createRun(session, valid)
        : database.transaction((own) => createRun(own, valid)))
      return { status: isCreated ? 'created' : 'duplicate' }
    })
  }

  getRun(runId: string, { transaction }: TransactionOptions<CallerTransaction> = {}): Promise<Run | null> {
    return this.#handle.call(async (database) => {
      const session = transaction === undefined ? database : database.join(transaction)
      const [row] = await session.query<FullRunRow>(getRunSql, [parseId(runId, 'runId')])
      return row ? describeRun(row) : null
    })
  }

  loadRun(runId: string): Promise<LoadedRun | null> {
    return this.#handle.call(async (database) => {
      parseId(runId, 'runId')
      const read = await database.transaction(async (session) => {
        session.query(ONE_MOMENT)
        const run = session.query<FullRunRow>(getRunSql, [runId])
        return { run, jobs: session.query<{ job: RunJob }>(loadRunJobsSql, [runId]) }
      })
      const [row] = await read.run
      return row ? { run: describeRun(row), jobs: (await read.jobs).map(({ job }) => job) } : null
    })
  }

  commitRun(runId: string, expectedVersion: number, changes: RunChanges): Promise<number> {
    return this.#handle.call(async (database) => {
      parseInteger(expectedVersion, 'expectedVersion', 1, Number.MAX_SAFE_INTEGER)
      const { status = null, attempt = null, counts, jobs = [] } = parseRunChanges(changes)
      parseId(runId, 'runId')
      const latest = [...new Map(jobs.map((job) => [job.jobId, job])).values()]
      const values = [status, attempt, counts === undefined ? null : JSON.stringify(counts), JSON.stringify(latest)]
      const [row] = await database.query<{ version: number }>(commitRunSql, [runId, expectedVersion, ...values])
      if (row === undefined) throw await refusalOfCommit(database, runId, expectedVersion, jobs)
      return row.version
    })
  }

  listRuns(options?: ListRunsOptions): Promise<RunPage> {
    return this.#handle.call(async (database) => {
      const { values, limit } = runsQuery(options)
      return pageOfRuns(await database.query<RunRow>(listRunsSql, values), limit)
    })
  }

  listRunJobs(runId: string, options?: ListRunJobsOptions): Promise<RunJobPage> {
    return this.#handle.call(async (database) => {
      parseId(runId, 'runId')
      const { values, limit } = runJobsQuery(options)
      const rows = await database.query<RunJobRow>(listRunJobsSql, [runId, ...values])
      if (rows.length === 0) throw new RunNotFoundError(runId)
      return pageOfRunJobs(rows, limit)
    })
  }

  claimScheduling(owner: string, ttlMs: number): Promise<SchedulingLease | null> {
    return this.#handle.call(async (database) => {
      const values = [parseId(owner, 'owner'), parseLeaseTtl(ttlMs, 'ttlMs')]
      const [row] = await database.query<{ term: number; expires_at: number }>(claimSchedulingSql, values)
      return row ? { owner, term: row.term, expiresAt: row.expires_at } : null
    })
  }

  releaseScheduling(owner: string): Promise<void> {
    return this.#handle.call(async (database) => {
      await database.query(releaseSchedulingSql, [parseId(owner, 'owner')])
    })
  }

  /** As the interface says; what a process that died had begun to delete is deleted by the next call. */
  deleteRuns(olderThanMs: number): Promise<number> {
    return this.#handle.call(async (database) => {
      parseAge(olderThanMs, 'olderThanMs')
      let count = 0
      for (let batch = RUNS_DELETED_AT_ONCE; batch === RUNS_DELETED_AT_ONCE; count += batch) {
        batch = (await database.query(deleteRunsSql, [olderThanMs, RUNS_DELETED_AT_ONCE])).length
      }
      while ((await database.query(deleteRunJobsSql, [JOBS_AT_ONCE])).length > 0);
      return count
    })
  }

  /** Makes every later call reject with `QueueClosedError`. */
  close(): Promise<void> {
    return this.#handle.close()
  }
}

/** Stores a run in parts; tells whether it is new. */
async function createRun(session: Session, { runId, name, counts, definition, jobs }: NewRun): Promise<boolean> {
  const part = (from: number) => JSON.stringify(jobs.slice(from, from + JOBS_AT_ONCE))
  const values = [runId, name, JSON.stringify(counts), JSON.stringify(definition), part(0)]
  const [created] = await session.query<{ serial: number }>(createRunSql, values)
  if (created === undefined) return false
  for (let from = JOBS_AT_ONCE; from < jobs.length; from += JOBS_AT_ONCE) {
    await session.query(addRunJobsSql, [created.serial, from, part(from)])
  }
  return true
}

async function refusalOfCommit(
  database: Database,
  runId: string,
  expectedVersion: number,
  jobs: readonly RunJob[],
): Promise<Error> {
  const jobIds = jobs.map(({ jobId }) => jobId)
  const values = [runId, JSON.stringify(jobIds)]
  const [found] = await database.query<{ version: number; unknown_job_id: string | null }>(findUnknownJobSql, values)
  if (found === undefined) return new RunNotFoundError(runId)
  const { version, unknown_job_id: unknown } = found
  if (version !== expectedVersion || unknown === null) return new RunConflictError(runId, expectedVersion)
  return new ValidationError(
    `jobs[${jobIds.indexOf(unknown)}].jobId`,
    `is not of run "${runId}": ${JSON.stringify(unknown)}`,
  )
}
