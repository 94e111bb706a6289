import type { WorkerHooks } from '@sluice/worker'
import type { Logger } from 'pino'

/** Writes what a worker does to the log of its process; what the jobs print is not among it. */
export function workerLog(logger: Logger): WorkerHooks {
  return {
    onJobStart: ({ lease: { workflowId, jobId, attempt } }) =>
      logger.info({ workflowId, jobId, attempt }, 'job started'),
    onJobEnd({ lease: { workflowId, jobId, attempt } }, outcome) {
      const details = { workflowId, jobId, attempt, outcome: outcome.status }
      if (outcome.status === 'failed') logger.warn({ ...details, failure: outcome.failure }, 'job failed')
      else logger.info(details, 'job ended')
    },
    onError: (error) => logger.warn({ err: error }, error.message),
  }
}
