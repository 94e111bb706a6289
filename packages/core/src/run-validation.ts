import { ValidationError } from './errors.ts'
import { copyJson, type JsonValue } from './json.ts'
import { parseOneOf } from './list-filter.ts'
import { parseId, parseInteger } from './validation.ts'
import {
  type NewRun,
  RUN_JOB_STATES,
  type RunChanges,
  type RunJob,
  type RunJobCounts,
  type RunStatus,
} from './workflow-store.ts'

/** Every status of a run. */
export const RUN_STATUSES = ['running', 'succeeded', 'failed', 'cancelled'] as const satisfies readonly RunStatus[]

/**
 * Checks a run and copies it; the copy is frozen to the bottom.
 *
 * @throws {ValidationError} naming the field at fault.
 */
export function parseNewRun(run: NewRun): NewRun {
  checkObject(run, 'run')
  const runId = parseId(run.runId, 'runId')
  if (typeof run.name !== 'string') throw new ValidationError('name', 'must be a string')
  const name = copyJson(run.name, 'name').value as string
  const definition = freeze(copyJson(run.definition, 'definition').value)
  const jobs = parseRunJobs(run.jobs)
  const seen = new Set<string>()
  for (const [index, { jobId }] of jobs.entries()) {
    if (seen.has(jobId)) throw new ValidationError(`jobs[${index}].jobId`, `is there twice: ${JSON.stringify(jobId)}`)
    seen.add(jobId)
  }
  return { runId, name, definition, counts: parseCounts(run.counts), jobs }
}

/**
 * Checks the changes of a commit and copies them; the copy is frozen to the bottom.
 *
 * @throws {ValidationError} naming the field at fault.
 */
export function parseRunChanges(changes: RunChanges): RunChanges {
  checkObject(changes, 'changes')
  const { status, attempt, counts, jobs } = changes
  return {
    ...(status === undefined ? {} : { status: parseOneOf(status, 'status', RUN_STATUSES) }),
    ...(attempt === undefined ? {} : { attempt: parseInteger(attempt, 'attempt', 1, Number.MAX_SAFE_INTEGER) }),
    ...(counts === undefined ? {} : { counts: parseCounts(counts) }),
    ...(jobs === undefined ? {} : { jobs: parseRunJobs(jobs) }),
  }
}

function parseRunJobs(jobs: readonly RunJob[]): readonly RunJob[] {
  if (!Array.isArray(jobs)) throw new ValidationError('jobs', 'must be an array of jobs')
  return jobs.map((job: RunJob, index) => {
    const field = `jobs[${index}]`
    checkObject(job, field)
    parseId(job.jobId, `${field}.jobId`)
    parseOneOf(job.state, `${field}.state`, RUN_JOB_STATES)
    parseInteger(job.runAttempt, `${field}.runAttempt`, 1, Number.MAX_SAFE_INTEGER)
    return freeze(copyJson(job, field).value) as unknown as RunJob
  })
}

function parseCounts(counts: RunJobCounts): RunJobCounts {
  checkObject(counts, 'counts')
  const entries = RUN_JOB_STATES.map((state) => {
    return [state, parseInteger(counts[state], `counts.${state}`, 0, Number.MAX_SAFE_INTEGER)]
  })
  return Object.freeze(Object.fromEntries(entries)) as RunJobCounts
}

function checkObject(value: unknown, field: string): void {
  if (typeof value !== 'object' || value === null) throw new ValidationError(field, 'must be an object')
}

function freeze(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  for (const child of Object.values(value)) freeze(child)
  return Object.freeze(value)
}
