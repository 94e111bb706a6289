import type { FailResult, JobFailure, Outputs, QueueEvent } from '@sluice/core'
import { decodeJobKey } from './job-key.ts'

/** An event as `read-events.lua` tells it. What is not there is an empty string. */
export type RawEvent = readonly [id: string, kind: string, jobKey: string, attempt: string, at: string, detail: string]

/** Reads an event; `null` for an entry that is none, or of a kind that a later version has added. */
export function parseEvent([, kind, jobKey, attempt, at, detail]: RawEvent): QueueEvent | null {
  const event = { ...decodeJobKey(jobKey), attempt: Number(attempt), at: Number(at) }
  switch (kind) {
    case 'ready':
      return { kind, ...event, availableAt: Number(detail) }
    case 'started':
      return { kind, ...event, workerId: detail }
    case 'completed':
      return detail === '' ? { kind, ...event } : { kind, ...event, outputs: JSON.parse(detail) as Outputs }
    case 'failed':
      return { kind, ...event, ...(JSON.parse(detail) as FailResult & { failure: JobFailure }) }
    case 'cancelled':
      return { kind, ...event }
    case 'leaseExpired':
      return { kind, ...event, ...(JSON.parse(detail) as FailResult & { workerId: string }) }
    default:
      return null
  }
}
