import { ValidationError } from './errors.ts'
import type { JobRef } from './job.ts'
import { parseId, parseInteger, parseJobRef, parseLabels, parseLeaseTtl } from './validation.ts'
import type { WorkerInfo } from './worker-registry.ts'

/**
 * Checks what a worker tells of itself and copies it.
 *
 * @throws {ValidationError} naming the field at fault.
 */
export function parseWorkerInfo(worker: WorkerInfo): WorkerInfo {
  if (typeof worker !== 'object' || worker === null) throw new ValidationError('worker', 'must be an object')
  const { host, pid } = worker
  return {
    workerId: parseId(worker.workerId, 'workerId'),
    labels: parseLabels(worker.labels, 'labels'),
    concurrency: parseInteger(worker.concurrency, 'concurrency', 1, Number.MAX_SAFE_INTEGER),
    offlineAfterMs: parseLeaseTtl(worker.offlineAfterMs, 'offlineAfterMs'),
    ...(host === undefined ? {} : { host: parseId(host, 'host') }),
    ...(pid === undefined ? {} : { pid: parseInteger(pid, 'pid', 0, Number.MAX_SAFE_INTEGER) }),
  }
}

/**
 * Checks the jobs that a worker says it runs and copies them.
 *
 * @throws {ValidationError}
 */
export function parseRunning(running: readonly JobRef[]): readonly JobRef[] {
  if (!Array.isArray(running)) throw new ValidationError('running', 'must be an array of jobs')
  return running.map((ref: JobRef) => parseJobRef(ref?.workflowId, ref?.jobId))
}
