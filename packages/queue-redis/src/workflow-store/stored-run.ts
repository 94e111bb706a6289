import { RUN_JOB_STATES, type Run, type RunJob, type RunStatus, type RunSummary } from '@sluice/core'

/** What the scripts reply of a run: name, status, attempt, counts, version, createdAt, finishedAt. */
export type SummaryFields = readonly [string, RunStatus, string, string, string, string, string | null]

/** What the scripts reply of a run without its jobs. A large definition is read by itself. */
export type RunFields = readonly [token: string, definition: string | null, ...SummaryFields]

/** A job as it is stored. Its id is stored beside it. */
export type StoredRunJob = readonly [jobId: string, job: string]

export function decodeSummary(runId: string, fields: SummaryFields): RunSummary {
  const [name, status, attempt, counts, version, createdAt, finishedAt] = fields
  return {
    runId,
    name,
    status,
    attempt: Number(attempt),
    counts: JSON.parse(counts),
    version: Number(version),
    createdAt: Number(createdAt),
    ...(finishedAt === null ? {} : { finishedAt: Number(finishedAt) }),
  }
}

export function decodeRun(runId: string, definition: string, [, , ...fields]: RunFields): Run {
  return { ...decodeSummary(runId, fields), definition: JSON.parse(definition) }
}

/** Puts a digit for the state first, for scripts to filter by. */
export function encodeJob(job: RunJob): StoredRunJob {
  return [job.jobId, RUN_JOB_STATES.indexOf(job.state) + JSON.stringify(job)]
}

export function decodeJob(stored: string): RunJob {
  return JSON.parse(stored.slice(1))
}

/** The digits of states, as `encodeJob` writes them. */
export function stateDigits(states: Iterable<RunJob['state']>): string {
  return [...states].map((state) => RUN_JOB_STATES.indexOf(state)).join('')
}
