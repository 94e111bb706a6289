import type { JobQueue } from '../job-queue.ts'

/** The three calls that end a lease. */
export const SETTLING_CALLS = {
  complete: (queue: JobQueue, leaseId: string) => queue.complete(leaseId, { url: 'https://example.org' }),
  fail: (queue: JobQueue, leaseId: string) => queue.fail(leaseId, { message: 'broken' }, { retryable: true }),
  release: (queue: JobQueue, leaseId: string) => queue.release(leaseId),
}
