import type { LoadedRun, Run } from '@sluice/core'
import type { RedisSession } from '../connection/redis-session.ts'
import { CHANGED_JOBS, GET_RUN, LOAD_RUN } from './run-scripts.ts'
import { decodeJob, decodeRun, type RunFields } from './stored-run.ts'

/** What one script reads, to keep nobody waiting for long. */
export interface LoadLimits {
  readonly pageJobs: number
  readonly pageBytes: number
  /** Jobs changed by commits while the pages were read. */
  readonly changedJobs: number
  /** Readings in pages before one that takes all at once. */
  readonly tries: number
}

const DEFAULT_LIMITS: LoadLimits = { pageJobs: 1000, pageBytes: 1024 * 1024, changedJobs: 2000, tries: 3 }

/** A reading that others have made worthless while it was done. */
const STALE = 'stale'

/** Reads a run without its jobs. */
export async function getRun(session: RedisSession, runId: string): Promise<Run | null> {
  const fields = await session.run(GET_RUN, [session.keys.prefix], [runId])
  if (fields === null) return null
  const run = await describeRun(session, runId, fields)
  // Deleted, and perhaps created again.
  return run === STALE ? getRun(session, runId) : run
}

/**
 * Reads a run with all of its jobs, as of one moment.
 *
 * Reads a large one in pages, and after them, in one step, what commits have changed since the first.
 */
export async function loadRun(
  session: RedisSession,
  runId: string,
  limits: LoadLimits = DEFAULT_LIMITS,
): Promise<LoadedRun | null> {
  for (let tries = 0; ; tries++) {
    const loaded = await (tries < limits.tries ? loadInPages(session, runId, limits) : loadAtOnce(session, runId))
    if (loaded !== STALE) return loaded
  }
}

async function loadInPages(
  session: RedisSession,
  runId: string,
  { pageJobs, pageBytes, changedJobs }: LoadLimits,
): Promise<LoadedRun | null | typeof STALE> {
  const readPage = (from: number) => session.run(LOAD_RUN, [session.keys.prefix], [runId, from, pageJobs, pageBytes])
  const first = await readPage(0)
  if (first === null) return null
  const [token, jobCount, version, stored, whole] = first
  if (whole) return describe(session, runId, whole, stored)
  const jobs = [...stored]
  while (jobs.length < jobCount) {
    const page = await readPage(jobs.length)
    if (page?.[0] !== token) return STALE
    jobs.push(...page[3])
  }
  const changes = await session.run(CHANGED_JOBS, [session.keys.prefix], [runId, token, version, changedJobs])
  return typeof changes === 'string' ? STALE : describe(session, runId, changes[0], jobs, changes[1])
}

/** Keeps Redis from other work while it lasts: for a run that changes faster than it is read in pages. */
async function loadAtOnce(session: RedisSession, runId: string): Promise<LoadedRun | null | typeof STALE> {
  const all = Number.MAX_SAFE_INTEGER
  const [, , , stored, run] = (await session.run(LOAD_RUN, [session.keys.prefix], [runId, 0, all, all])) ?? []
  return stored && run ? describe(session, runId, run, stored) : null
}

async function describe(
  session: RedisSession,
  runId: string,
  fields: RunFields,
  stored: readonly string[],
  changed: readonly string[] = [],
): Promise<LoadedRun | typeof STALE> {
  const run = await describeRun(session, runId, fields)
  if (run === STALE) return STALE
  const changedById = new Map(changed.map(decodeJob).map((job) => [job.jobId, job]))
  return { run, jobs: stored.map(decodeJob).map((job) => changedById.get(job.jobId) ?? job) }
}

async function describeRun(session: RedisSession, runId: string, fields: RunFields): Promise<Run | typeof STALE> {
  const key = session.keys.key(`run-definition:${fields[0]}`)
  const definition = fields[1] ?? (await session.call((client) => client.get(key)))
  return definition === null ? STALE : decodeRun(runId, definition, fields)
}
