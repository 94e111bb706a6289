import {
  cutText,
  type FailedEvent,
  type JobFailure,
  type LeaseExpiredEvent,
  type Outputs,
  type QueueEvent,
  type ReadyEvent,
} from '@sluice/core'

/** An event of a job as it was sent, and, for one that is ready, its label set. */
export interface ReceivedEvent {
  readonly event: QueueEvent
  readonly labelSet?: number
}

type Encoded = readonly [
  kind: string,
  workflowId: string,
  jobId: string,
  attempt: number,
  at: number,
  ...rest: unknown[],
]

/** Bytes of JSON that a failure may have in an event, for a notification to hold it; the job's record has all of it. */
const MAX_FAILURE_BYTES = 4000

// The statements that tell of events encode them alike.

export function encodeReady({ workflowId, jobId, attempt, at, availableAt }: ReadyEvent, labelSet: number): string {
  return JSON.stringify(['ready', workflowId, jobId, attempt, at, availableAt, labelSet])
}

export function encodeFailed({ workflowId, jobId, attempt, at, failure, retryAt }: FailedEvent): string {
  return JSON.stringify(['failed', workflowId, jobId, attempt, at, cutFailure(failure), retryAt ?? null])
}

export function encodeLeaseExpired({ workflowId, jobId, attempt, at, workerId, retryAt }: LeaseExpiredEvent): string {
  return JSON.stringify(['leaseExpired', workflowId, jobId, attempt, at, workerId, retryAt ?? null])
}

/** Reads what was sent in one notification. */
export function decodeEvents(payload: string): ReceivedEvent[] {
  return (JSON.parse(payload) as Encoded[]).map(decode)
}

function decode([kind, workflowId, jobId, attempt, at, first, second]: Encoded): ReceivedEvent {
  const subject = { workflowId, jobId, attempt, at }
  switch (kind) {
    case 'ready':
      return { event: { kind, ...subject, availableAt: first as number }, labelSet: second as number }
    case 'started':
      return { event: { kind, ...subject, workerId: first as string } }
    case 'completed':
      return { event: { kind, ...subject, ...(first === null ? {} : { outputs: first as Outputs }) } }
    case 'failed':
      return { event: { kind, ...subject, failure: first as JobFailure, ...retry(second) } }
    case 'cancelled':
      return { event: { kind, ...subject } }
    case 'leaseExpired':
      return { event: { kind, ...subject, workerId: first as string, ...retry(second) } }
    default:
      // Of a newer version: all that can be told is that something has happened.
      return { event: { kind: 'gap' } }
  }
}

function retry(retryAt: unknown) {
  return typeof retryAt === 'number' ? { willRetry: true, retryAt } : { willRetry: false }
}

function cutFailure(failure: JobFailure): JobFailure {
  let cut = failure
  while (Buffer.byteLength(JSON.stringify(cut)) > MAX_FAILURE_BYTES) {
    cut = { ...cut, message: cutText(cut.message, Math.floor(Buffer.byteLength(cut.message) / 2)), truncated: true }
  }
  return cut
}
