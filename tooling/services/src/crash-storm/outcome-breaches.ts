import { isTerminalJobState, type JobRecord, type QueuedJob } from '@sluice/core'
import type { LeaseHistory } from './lease-history.ts'
import { type Complain, cancellationsOf, keyOf, type StormRecord } from './storm-record.ts'

/** Complains of an end of one job that contradicts what was acknowledged. */
export function findOutcomeBreaches(
  storm: StormRecord,
  job: QueuedJob,
  leases: readonly LeaseHistory[],
  complain: Complain,
): void {
  const record = storm.records.get(keyOf(job))
  if (!record) {
    complain('was lost')
    return
  }
  if (!isTerminalJobState(record.state)) complain(`has not ended: it is ${record.state}`)
  else if (record.workerId !== undefined || record.leaseExpiresAt !== undefined)
    complain('has ended and is still leased')
  for (const { state, jobId } of cancellationsOf(storm, job)) {
    const isOfAll = jobId === undefined
    if (!isOfAll && record.state !== state) complain(`is ${record.state}, and cancel left it ${state}`)
  }
  findLostAnswers(record, leases, complain)
  findUnexplainedEnd(storm, record, leases, complain)
}

/** What a worker was told holds for ever. */
function findLostAnswers(record: JobRecord, leases: readonly LeaseHistory[], complain: Complain): void {
  const completions = leases.filter(({ settled }) => settled?.call === 'complete').map(({ claim }) => claim.leaseId)
  if (completions.length > 1) complain(`was completed by ${completions.join(' and ')}`)
  const [completion] = completions
  if (completion && record.state !== 'completed')
    complain(`lost the completion by ${completion}: it is ${record.state}`)
  if (completion && record.state === 'completed' && record.outputs?.leaseId !== completion) {
    complain(`lost the outputs of ${completion}: they are ${JSON.stringify(record.outputs)}`)
  }
  for (const { claim, settled } of leases) {
    if (settled?.call !== 'fail') continue
    if (!settled.willRetry && record.state !== 'failed')
      complain(`is ${record.state} although ${claim.leaseId} failed it`)
    if (settled.willRetry && record.attempt <= claim.attempt) complain(`lost the failure of attempt ${claim.attempt}`)
  }
}

/** What nobody did cannot be the end of a job. */
function findUnexplainedEnd(
  storm: StormRecord,
  record: JobRecord,
  leases: readonly LeaseHistory[],
  complain: Complain,
): void {
  const { state, attempt } = record
  const maxRetries = record.job.retryPolicy?.maxRetries ?? 0
  const begun = leases.filter(({ settling }) => settling !== undefined)
  if (attempt > maxRetries) complain(`is at attempt ${attempt} of ${maxRetries} retries`)
  if (state === 'completed') {
    const by = begun.find(({ claim }) => claim.leaseId === record.outputs?.leaseId)
    if (by?.settling?.call !== 'complete')
      complain(`is completed with outputs of nobody: ${JSON.stringify(record.outputs)}`)
    else if (by.claim.attempt !== attempt)
      complain(`was completed at attempt ${by.claim.attempt}, and is at ${attempt}`)
  }
  if (state === 'failed' && attempt < maxRetries) {
    const isFinal = begun.some(
      ({ claim, settling }) => claim.attempt === attempt && settling?.call === 'fail' && !settling.retryable,
    )
    if (!isFinal) complain(`failed at attempt ${attempt} with ${maxRetries - attempt} retries left`)
  }
  if (state === 'cancelled' && cancellationsOf(storm, record).length === 0) complain('was cancelled by nobody')
}
