import {
  type ListRunJobsOptions,
  type ListRunsOptions,
  parseFilter,
  parseOptions,
  parsePageSize,
  RUN_JOB_STATES,
  RUN_STATUSES,
  type Run,
  type RunJob,
  type RunJobPage,
  type RunPage,
  type RunSummary,
  ValidationError,
} from '@sluice/core'
import type { StoredRun } from './stored-run.ts'

/**
 * Reads a page of runs, newest first.
 *
 * @param runs In the order of creation.
 * @throws {ValidationError}
 */
export function pageOfRuns(runs: readonly StoredRun[], options?: ListRunsOptions): RunPage {
  const wanted = parseOptions(options)
  const limit = parsePageSize(wanted.limit)
  const statuses = parseFilter(wanted.statuses, 'statuses', RUN_STATUSES)
  const before = parseCursor(wanted.cursor) ?? Number.POSITIVE_INFINITY
  const page: StoredRun[] = []
  for (let index = countBefore(runs, before) - 1; index >= 0; index--) {
    const run = runs[index] as StoredRun
    if (statuses !== null && !statuses.has(run.status)) continue
    const last = page.at(-1)
    if (page.length === limit && last) return { runs: page.map(summarizeRun), nextCursor: String(last.serial) }
    page.push(run)
  }
  return { runs: page.map(summarizeRun) }
}

/**
 * Reads a page of a run's jobs, in the order in which it was created with them.
 *
 * @throws {ValidationError}
 */
export function pageOfRunJobs({ jobs }: StoredRun, options?: ListRunJobsOptions): RunJobPage {
  const wanted = parseOptions(options)
  const limit = parsePageSize(wanted.limit)
  const states = parseFilter(wanted.states, 'states', RUN_JOB_STATES)
  const page: RunJob[] = []
  for (let index = parseCursor(wanted.cursor) ?? 0; index < jobs.length; index++) {
    const job = jobs[index] as RunJob
    if (states !== null && !states.has(job.state)) continue
    if (page.length === limit) return { jobs: page, nextCursor: String(index) }
    page.push(job)
  }
  return { jobs: page }
}

/** Describes a run with its definition. */
export function describeRun(run: StoredRun): Run {
  return { ...summarizeRun(run), definition: run.definition }
}

function summarizeRun({ runId, name, status, attempt, counts, version, createdAt, finishedAt }: StoredRun): RunSummary {
  const summary = { runId, name, status, attempt, counts, version, createdAt }
  return finishedAt === null ? summary : { ...summary, finishedAt }
}

/** Counts the runs created before one, by a search in halves. */
function countBefore(runs: readonly StoredRun[], serial: number): number {
  let low = 0
  let high = runs.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((runs[middle] as StoredRun).serial < serial) low = middle + 1
    else high = middle
  }
  return low
}

function parseCursor(cursor: unknown): number | undefined {
  if (cursor === undefined) return undefined
  if (typeof cursor !== 'string' || !/^\d{1,15}$/.test(cursor))
    throw new ValidationError('cursor', 'must be the nextCursor of another page')
  return Number(cursor)
}
