import {
  JOB_STATES,
  type JobPage,
  type ListJobsOptions,
  parseFilter,
  parseOptions,
  parsePageSize,
  ValidationError,
} from '@sluice/core'
import { summarize } from './job-record.ts'
import type { JobWorkflow, StoredJob } from './stored-job.ts'

/**
 * Reads a page of a workflow's jobs, in the order in which they were enqueued.
 *
 * @throws {ValidationError}
 */
export function pageOfJobs(workflow: JobWorkflow | undefined, options?: ListJobsOptions): JobPage {
  const { cursor, ...wanted } = parseOptions(options)
  const limit = parsePageSize(wanted.limit)
  const states = parseFilter(wanted.states, 'states', JOB_STATES)
  const { jobId, serial } = cursor === undefined ? {} : parseCursor(cursor)
  const page: StoredJob[] = []
  for (let job = workflow?.firstAfter(jobId, serial) ?? null; job; job = job.nextSibling) {
    if (states !== null && !states.has(job.state)) continue
    const last = page.at(-1)
    if (page.length === limit && last)
      return { jobs: page.map(summarize), nextCursor: `${last.serial}:${last.job.jobId}` }
    page.push(job)
  }
  return { jobs: page.map(summarize) }
}

/** A cursor names the last job before the page; its serial finds the place should that job be purged. */
function parseCursor(cursor: unknown): { serial: number; jobId: string } {
  const [, serial, jobId] = (typeof cursor === 'string' && /^(\d{1,15}):(.+)$/s.exec(cursor)) || []
  if (serial === undefined || jobId === undefined)
    throw new ValidationError('cursor', 'must be the nextCursor of another page')
  return { serial: Number(serial), jobId }
}
