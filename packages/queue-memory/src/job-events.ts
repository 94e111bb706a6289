import {
  EventBuffer,
  type FailResult,
  type JobFailure,
  type LeaseExpiredEvent,
  type Outputs,
  type QueueEvent,
  type SubscribeOptions,
} from '@sluice/core'
import type { JobLease, StoredJob } from './stored-job.ts'

/** Characters of outputs that an event carries; larger ones are left to `getJob`, so that unread events cost little. */
const MAX_OUTPUT_LENGTH = 4096

/** Tells the subscribers what happened to a job; costs next to nothing while there are none. */
export class JobEvents {
  readonly #subscribers = new Set<EventBuffer>()

  subscribe(options: SubscribeOptions | undefined): EventBuffer {
    const buffer = new EventBuffer(options, () => this.#subscribers.delete(buffer))
    this.#subscribers.add(buffer)
    return buffer
  }

  ready(job: StoredJob, at: number): void {
    if (this.#subscribers.size === 0) return
    this.#emit({ kind: 'ready', ...subject(job), at, availableAt: job.availableAt })
  }

  started(job: StoredJob, workerId: string, at: number): void {
    if (this.#subscribers.size === 0) return
    this.#emit({ kind: 'started', ...subject(job), at, workerId })
  }

  completed(job: StoredJob, outputs: Outputs, at: number): void {
    if (this.#subscribers.size === 0) return
    const event = { kind: 'completed', ...subject(job), at } as const
    this.#emit(isSmall(outputs) ? { ...event, outputs } : event)
  }

  /** @param retryAt When the job is tried again; `null` if it is not. */
  failed(job: StoredJob, failure: JobFailure, retryAt: number | null, at: number): void {
    if (this.#subscribers.size === 0) return
    this.#emit({ kind: 'failed', ...subject(job), at, failure, ...failResult(retryAt) })
  }

  cancelled(job: StoredJob, at: number): void {
    if (this.#subscribers.size === 0) return
    this.#emit({ kind: 'cancelled', ...subject(job), at })
  }

  leaseExpired({ job, workerId }: JobLease, retryAt: number | null, at: number): LeaseExpiredEvent {
    const event: LeaseExpiredEvent = { kind: 'leaseExpired', ...subject(job), at, workerId, ...failResult(retryAt) }
    this.#emit(event)
    return event
  }

  /** Ends every subscription. */
  close(): void {
    for (const buffer of this.#subscribers) buffer.close()
  }

  #emit(event: QueueEvent): void {
    for (const buffer of this.#subscribers) buffer.push(copyEvent(event))
  }
}

/** Copies an event, so that what a subscriber does to it reaches neither the store nor the next subscriber. */
function copyEvent(event: QueueEvent): QueueEvent {
  if (event.kind === 'failed') return { ...event, failure: { ...event.failure } }
  if (event.kind === 'completed' && event.outputs !== undefined) return { ...event, outputs: { ...event.outputs } }
  return { ...event }
}

/** Describes what follows a failed attempt. */
export function failResult(retryAt: number | null): FailResult {
  return retryAt === null ? { willRetry: false } : { willRetry: true, retryAt }
}

function subject({ job, attempt }: StoredJob) {
  return { workflowId: job.workflowId, jobId: job.jobId, attempt }
}

function isSmall(outputs: Outputs): boolean {
  let length = 0
  for (const key in outputs) length += key.length + (outputs[key] as string).length
  return length <= MAX_OUTPUT_LENGTH
}
