import type { Workflow } from '@sluice/dag'
import type { AnnouncedJob } from './run-event.ts'

/** What is told of a job when its run starts. */
export function announcedJob({
  id,
  name,
  needs,
  retryPolicy,
  continueOnError,
}: Workflow['jobs'][number]): AnnouncedJob {
  return { id, name, needs, maxAttempts: retryPolicy.maxRetries + 1, isTolerated: continueOnError }
}
