import {
  type JsonValue,
  type ListRunJobsOptions,
  type ListRunsOptions,
  parseFilter,
  parseOptions,
  parsePageSize,
  RUN_JOB_STATES,
  RUN_STATUSES,
  type Run,
  type RunJob,
  type RunJobCounts,
  type RunJobPage,
  type RunPage,
  type RunStatus,
  type RunSummary,
  ValidationError,
} from '@sluice/core'

/** A run as the store holds it. */
export interface RunRow {
  readonly serial: number
  readonly run_id: string
  readonly name: string
  readonly status: RunStatus
  readonly attempt: number
  readonly version: number
  readonly counts: RunJobCounts
  readonly created_at: number
  readonly finished_at: number | null
}

/** A row of a list of jobs; of nulls where the run has no such jobs. */
export interface RunJobRow {
  readonly position: number | null
  readonly job: RunJob
}

export function describeRun({ definition, ...row }: RunRow & { readonly definition: JsonValue }): Run {
  return { ...summarizeRun(row), definition }
}

function summarizeRun({ run_id, name, status, attempt, version, counts, created_at, finished_at }: RunRow): RunSummary {
  const summary = { runId: run_id, name, status, attempt, counts, version, createdAt: created_at }
  return finished_at === null ? summary : { ...summary, finishedAt: finished_at }
}

/**
 * Turns the options of a list of runs into the values of its query, which asks for one run more than the page holds.
 *
 * @throws {ValidationError}
 */
export function runsQuery(options: ListRunsOptions | undefined): { values: unknown[]; limit: number } {
  const { statuses, limit, cursor } = parseOptions(options)
  const size = parsePageSize(limit)
  const wanted = parseFilter(statuses, 'statuses', RUN_STATUSES) ?? RUN_STATUSES
  return { values: [[...wanted], parseCursor(cursor), size + 1], limit: size }
}

export function pageOfRuns(rows: readonly RunRow[], limit: number): RunPage {
  const runs = rows.slice(0, limit)
  const last = runs.at(-1)
  const page = { runs: runs.map(summarizeRun) }
  return rows.length > limit && last ? { ...page, nextCursor: String(last.serial) } : page
}

/**
 * Turns the options of a list of jobs into the values of its query, which asks for one job more than the page holds.
 *
 * @throws {ValidationError}
 */
export function runJobsQuery(options: ListRunJobsOptions | undefined): { values: unknown[]; limit: number } {
  const { states, limit, cursor } = parseOptions(options)
  const size = parsePageSize(limit)
  const wanted = parseFilter(states, 'states', RUN_JOB_STATES)
  return { values: [wanted && [...wanted], parseCursor(cursor) ?? 0, size + 1], limit: size }
}

export function pageOfRunJobs(rows: readonly RunJobRow[], limit: number): RunJobPage {
  const found = rows.filter(({ position }) => position !== null)
  const next = found[limit]
  const page = { jobs: found.slice(0, limit).map(({ job }) => job) }
  return next ? { ...page, nextCursor: String(next.position) } : page
}

function parseCursor(cursor: unknown): number | null {
  if (cursor === undefined) return null
  if (typeof cursor !== 'string' || !/^\d{1,15}$/.test(cursor))
    throw new ValidationError('cursor', 'must be the nextCursor of another page')
  return Number(cursor)
}
