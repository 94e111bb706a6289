import {
  type JobFailure,
  type JobRecord,
  type JobState,
  type JobSummary,
  LIMITS,
  type Outputs,
  parseLabelSetKey,
  type QueuedJob,
} from '@sluice/core'
import { decodeJobKey } from './job-key.ts'

/** A summary as `describe-job.lua` tells it. What is not there is an empty string. */
export type RawSummary = readonly [
  jobKey: string,
  state: JobState,
  attempt: number,
  bullPriority: string,
  labelSet: string,
  enqueuedAt: string,
  availableAt: string,
  startedAt: string,
  finishedAt: string,
  workerId: string,
  leaseExpiresAt: string,
  failure: string,
]

/** Turns a priority, higher first, into BullMQ's, lower first and never 0. */
export function toBullPriority(priority: number): number {
  return LIMITS.priority + 1 - priority
}

/** Reads what lists tell of a job. */
export function parseSummary(raw: RawSummary): JobSummary {
  const [jobKey, state, attempt, bullPriority, labelSet, enqueuedAt, availableAt, startedAt, finishedAt] = raw
  const [, , , , , , , , , workerId, leaseExpiresAt, failure] = raw
  const summary: { -readonly [Key in keyof JobSummary]: JobSummary[Key] } = {
    ...decodeJobKey(jobKey),
    state,
    attempt,
    priority: LIMITS.priority + 1 - Number(bullPriority),
    requiredLabels: [...parseLabelSetKey(labelSet)],
    enqueuedAt: Number(enqueuedAt),
    availableAt: Number(availableAt),
  }
  if (startedAt !== '') summary.startedAt = Number(startedAt)
  if (finishedAt !== '') summary.finishedAt = Number(finishedAt)
  if (failure !== '') summary.failure = JSON.parse(failure) as JobFailure
  if (state === 'active') {
    summary.workerId = workerId
    summary.leaseExpiresAt = Number(leaseExpiresAt)
  }
  return summary
}

/** Reads all that is known of a job. */
export function parseRecord(raw: RawSummary, job: string, outputs: string): JobRecord {
  const record = { ...parseSummary(raw), job: JSON.parse(job) as QueuedJob }
  return outputs === '' ? record : { ...record, outputs: JSON.parse(outputs) as Outputs }
}
