import {
  type ListRunJobsOptions,
  type ListRunsOptions,
  parseFilter,
  parseOptions,
  parsePageSize,
  RUN_JOB_STATES,
  RUN_STATUSES,
  type RunJob,
  type RunJobPage,
  RunNotFoundError,
  type RunPage,
  ValidationError,
} from '@sluice/core'
import type { RedisSession } from '../connection/redis-session.ts'
import { LIST_RUN_JOBS, LIST_RUNS } from './run-scripts.ts'
import { decodeJob, decodeSummary, stateDigits } from './stored-run.ts'

const JOBS_LOOKED_AT = 2000

/**
 * Reads a page of runs, newest first.
 *
 * @throws {ValidationError}
 */
export async function readRuns(session: RedisSession, options?: ListRunsOptions): Promise<RunPage> {
  const wanted = parseOptions(options)
  const limit = parsePageSize(wanted.limit)
  const statuses = parseFilter(wanted.statuses, 'statuses', RUN_STATUSES) ?? RUN_STATUSES
  const cursor = parseCursor(wanted.cursor)
  const before = cursor === undefined ? '+inf' : `(${cursor}`
  const found = await session.run(LIST_RUNS, [session.keys.prefix], ['', before, limit + 1, ...statuses])
  const page = found.slice(0, limit)
  const runs = page.map(([, runId, ...fields]) => decodeSummary(runId, fields))
  const last = page.at(-1)
  return found.length > limit && last ? { runs, nextCursor: last[0] } : { runs }
}

/**
 * Reads a page of a run's jobs, in the order in which it was created with them.
 *
 * @throws {ValidationError}
 * @throws {RunNotFoundError}
 */
export async function readRunJobs(
  session: RedisSession,
  runId: string,
  options?: ListRunJobsOptions,
): Promise<RunJobPage> {
  const { cursor, ...asked } = parseOptions(options)
  const limit = parsePageSize(asked.limit)
  const digits = stateDigits(parseFilter(asked.states, 'states', RUN_JOB_STATES) ?? RUN_JOB_STATES)
  const jobs: RunJob[] = []
  for (let place = parseCursor(cursor) ?? 0; place >= 0; ) {
    // One more than the page holds tells whether there is another.
    const wanted = limit + 1 - jobs.length
    const args = [runId, place, wanted, digits, JOBS_LOOKED_AT]
    const reply = await session.run(LIST_RUN_JOBS, [session.keys.prefix], args)
    if (reply === null) throw new RunNotFoundError(runId)
    const [next, found] = reply
    for (let index = 0; index < found.length; index += 2) {
      if (jobs.length === limit) return { jobs, nextCursor: String(found[index]) }
      jobs.push(decodeJob(found[index + 1] as string))
    }
    place = next
  }
  return { jobs }
}

function parseCursor(cursor: unknown): number | undefined {
  if (cursor === undefined) return undefined
  if (typeof cursor !== 'string' || !/^\d{1,15}$/.test(cursor))
    throw new ValidationError('cursor', 'must be the nextCursor of another page')
  return Number(cursor)
}
