import assert from 'node:assert/strict'
import type { ClaimOptions } from '../claim-options.ts'
import { QueueError, type QueueErrorCode } from '../errors.ts'
import type { ClaimedJob, QueuedJob } from '../job.ts'
import type { JobQueue } from '../job-queue.ts'

/** Longer than any test runs: such a lease or delay never ends by itself. */
export const LONG_MS = 3_600_000

/** As short as a lease or delay that is meant to end; let {@link PAST_SHORT_MS} pass. */
export const SHORT_MS = 100

export const PAST_SHORT_MS = 150

/** A worker without labels, whose leases last. */
export const WORKER: ClaimOptions = { workerId: 'w1', labels: [], leaseTtlMs: LONG_MS }

/** A job of the workflow `run` that does what any job does. */
export function job(jobId: string, fields: Partial<QueuedJob> = {}): QueuedJob {
  return { workflowId: 'run', jobId, command: 'make', ...fields }
}

/** Retries that come `delayMs` after each failure. */
export function retries(maxRetries: number, delayMs = 0): NonNullable<QueuedJob['retryPolicy']> {
  return { maxRetries, backoff: { kind: 'fixed', delayMs } }
}

/** Claims a job that must be there. */
export async function take(queue: JobQueue, options: Partial<ClaimOptions> = {}): Promise<ClaimedJob> {
  const claimed = await queue.claim({ ...WORKER, ...options })
  assert.ok(claimed, 'a claimable job was not given to a worker that asked for one')
  return claimed
}

/** Claims all that a worker gets, one by one, and returns the job ids in that order. */
export async function drain(queue: JobQueue, options: Partial<ClaimOptions> = {}): Promise<string[]> {
  const jobIds: string[] = []
  for (;;) {
    const claimed = await queue.claim({ ...WORKER, ...options })
    if (!claimed) return jobIds
    jobIds.push(claimed.job.jobId)
    assert.ok(jobIds.length < 10_000, 'the queue gives jobs without end')
  }
}

/** Tells whether an error is a queue's, of this code, for `assert.rejects`. */
export function withCode(code: QueueErrorCode): (error: unknown) => true {
  return (error) => {
    assert.ok(QueueError.is(error), `not a QueueError: ${error}`)
    assert.equal(error.code, code)
    return true
  }
}
