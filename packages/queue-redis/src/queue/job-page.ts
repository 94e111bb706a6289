import {
  JOB_STATES,
  type JobPage,
  type ListJobsOptions,
  parseFilter,
  parseOptions,
  parsePageSize,
  ValidationError,
} from '@sluice/core'
import type { RedisSession } from '../connection/redis-session.ts'
import { encodeId } from './job-key.ts'
import { parseSummary, type RawSummary } from './job-record.ts'
import { QUEUE_SCRIPTS } from './queue-scripts.ts'

/**
 * Reads a page of a workflow's jobs, in the order in which they were enqueued.
 *
 * @throws {ValidationError}
 */
export async function readJobPage(
  session: RedisSession,
  workflowId: string,
  options?: ListJobsOptions,
): Promise<JobPage> {
  const { cursor, ...asked } = parseOptions(options)
  const limit = parsePageSize(asked.limit)
  const states = parseFilter(asked.states, 'states', JOB_STATES)
  const wanted = states === null ? '' : [...states, ''].join(' ')
  const page: { place: string; summary: RawSummary }[] = []
  // One more than fits tells whether this is the last page.
  for (let next = parseCursor(cursor); next !== '' && page.length <= limit; ) {
    const args = [encodeId(workflowId), next, limit + 1 - page.length, wanted]
    const [found, goOn] = await session.run(QUEUE_SCRIPTS.listJobs, [session.keys.prefix], args)
    for (const [place, summary] of found) page.push({ place, summary })
    next = goOn
  }
  const jobs = page.slice(0, limit).map(({ summary }) => parseSummary(summary))
  const last = page[limit - 1]
  return page.length > limit && last ? { jobs, nextCursor: last.place } : { jobs }
}

/** A cursor is the place of the last job before the page, among all jobs that were ever enqueued. */
function parseCursor(cursor: unknown): string {
  if (cursor === undefined) return '0'
  if (typeof cursor !== 'string' || !/^\d{1,16}$/.test(cursor))
    throw new ValidationError('cursor', 'must be the nextCursor of another page')
  return cursor
}
