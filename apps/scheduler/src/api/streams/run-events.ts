import { isFinalRunStatus } from '@sluice/core'
import type { DependencyEnqueuer } from '@sluice/dag'
import type { ServerSentEvent } from './server-sent-event.ts'

/** What to tell of a run. */
export interface RunEventsOptions {
  readonly runId: string
  /** Whether to tell of single jobs. */
  readonly withJobs: boolean
  /** The version of the run that the reader knows. */
  readonly knownVersion: number | undefined
  readonly signal: AbortSignal
}

/** Jobs in one event, at the most. */
const JOBS_PER_EVENT = 500

/** The last event of a stream that has told everything. */
export const END_EVENT: ServerSentEvent = { event: 'end', data: {} }

/** Tells of a run as it changes, until it has ended. */
export async function* runEvents(
  enqueuer: DependencyEnqueuer,
  { runId, withJobs, knownVersion, signal }: RunEventsOptions,
): AsyncGenerator<readonly ServerSentEvent[]> {
  for await (const { jobs, run } of enqueuer.watchRun(runId, { signal })) {
    if (run.version === knownVersion) continue
    for (let start = 0; withJobs && start < jobs.length; start += JOBS_PER_EVENT) {
      yield [{ event: 'jobs', data: { jobs: jobs.slice(start, start + JOBS_PER_EVENT) } }]
    }
    yield [{ event: 'run', id: run.version, data: run }]
    if (isFinalRunStatus(run.status)) yield [END_EVENT]
  }
}
