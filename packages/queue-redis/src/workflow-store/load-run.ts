import type { LoadedRun } from '@sluice/core'
import type { RedisSession } from '../connection/redis-connection.ts'
import { CHANGED_JOBS, LOAD_RUN } from './run-scripts.ts'
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
  for (let tries = 0; tries < limits.tries; tries++) {
    const loaded = await loadInPages(session, runId, limits)
    if (loaded !== 'changed') return loaded
  }
  return loadAtOnce(session, runId)
}

async function loadInPages(
  session: RedisSession,
  runId: string,
  { pageJobs, pageBytes, changedJobs }: LoadLimits,
): Promise<LoadedRun | null | 'changed'> {
  const readPage = (from: number) => session.run(LOAD_RUN, [session.keys.prefix], [runId, from, pageJobs, pageBytes])
  const first = await readPage(0)
  if (first === null) return null
  const [token, jobCount, version, stored, whole] = first
  if (whole) return describe(runId, whole, stored)
  const jobs = [...stored]
  while (jobs.length < jobCount) {
    const page = await readPage(jobs.length)
    if (page?.[0] !== token) return 'changed'
    jobs.push(...page[3])
  }
  const changes = await session.run(CHANGED_JOBS, [session.keys.prefix], [runId, token, version, changedJobs])
  if (typeof changes === 'string') return 'changed'
  const [run, changed] = changes
  return describe(runId, run, jobs, changed)
}

/** Keeps Redis from other work while it lasts; for a run that changes faster than it is read in pages. */
async function loadAtOnce(session: RedisSession, runId: string): Promise<LoadedRun | null> {
  const all = Number.MAX_SAFE_INTEGER
  const [, , , stored, run] = (await session.run(LOAD_RUN, [session.keys.prefix], [runId, 0, all, all])) ?? []
  return stored && run ? describe(runId, run, stored) : null
}

function describe(
  runId: string,
  fields: RunFields,
  stored: readonly string[],
  changed: readonly string[] = [],
): LoadedRun {
  const changedById = new Map(changed.map(decodeJob).map((job) => [job.jobId, job]))
  const jobs = stored.map(decodeJob).map((job) => changedById.get(job.jobId) ?? job)
  return { run: decodeRun(runId, fields), jobs }
}
