import type { JobQueue } from '../job-queue.ts'
import { job, LONG_MS, WORKER } from './sample-jobs.ts'

/** A call of each method with arguments that are right. */
export const EVERY_METHOD: Record<string, (queue: JobQueue) => Promise<unknown>> = {
  enqueue: (queue) => queue.enqueue(job('build')),
  enqueueMany: (queue) => queue.enqueueMany([job('build')]),
  claim: (queue) => queue.claim(WORKER),
  claimMany: (queue) => queue.claimMany({ ...WORKER, limit: 2 }),
  renewLease: (queue) => queue.renewLease('lease', LONG_MS),
  complete: (queue) => queue.complete('lease', {}),
  fail: (queue) => queue.fail('lease', { message: 'broken' }, { retryable: true }),
  release: (queue) => queue.release('lease'),
  cancel: (queue) => queue.cancel('run', 'build'),
  cancelWorkflow: (queue) => queue.cancelWorkflow('run'),
  isCancelled: (queue) => queue.isCancelled('run', 'build'),
  reapExpiredLeases: (queue) => queue.reapExpiredLeases(),
  subscribe: (queue) => queue.subscribe(),
  getJob: (queue) => queue.getJob('run', 'build'),
  listJobs: (queue) => queue.listJobs('run'),
  position: (queue) => queue.position('run', 'build'),
  stats: (queue) => queue.stats(),
  purge: (queue) => queue.purge(LONG_MS),
}
