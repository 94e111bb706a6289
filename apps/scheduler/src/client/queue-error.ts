import {
  BackendUnavailableError,
  JobCancelledError,
  LeaseExpiredError,
  LeaseNotFoundError,
  QueueError,
  ValidationError,
  WorkerNotFoundError,
} from '@sluice/core'
import { RefusedRequestError } from './request-error.ts'

/** Turns what a request of a worker came to into the error that the queue itself would have rejected with. */
export function toQueueError(error: unknown, server: string): unknown {
  if (QueueError.is(error)) return error
  if (error instanceof RefusedRequestError) return refusal(error) ?? unavailable(error, server)
  return unavailable(error, server)
}

function refusal({ problem, message }: RefusedRequestError): QueueError | undefined {
  const { code, field, leaseId, workerId, workflowId, jobId } = problem as Record<string, unknown>
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  switch (code) {
    case 'VALIDATION':
      return typeof field === 'string' && message.startsWith(`${field} `)
        ? new ValidationError(field, message.slice(field.length + 1))
        : new QueueError('VALIDATION', message)
    case 'LEASE_EXPIRED':
      return new LeaseExpiredError(text(leaseId))
    case 'LEASE_NOT_FOUND':
      return new LeaseNotFoundError(text(leaseId))
    case 'JOB_CANCELLED':
      return new JobCancelledError(text(workflowId), text(jobId))
    case 'WORKER_NOT_FOUND':
      return new WorkerNotFoundError(text(workerId))
    case 'CAPACITY_EXCEEDED':
      return new QueueError('CAPACITY_EXCEEDED', message)
    default:
      // A server that is closing answers with QUEUE_CLOSED, but the next one may be there in a moment.
      return undefined
  }
}

function unavailable(error: unknown, server: string): BackendUnavailableError {
  const reason = error instanceof RefusedRequestError ? ` (${error.problem.status}: ${error.message})` : ''
  return new BackendUnavailableError(`the server at ${server}${reason}`, { cause: error })
}
