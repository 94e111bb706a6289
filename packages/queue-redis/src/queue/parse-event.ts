import type { FailResult, JobFailure, Outputs, QueueEvent } from '@sluice/core'
import { decodeJobKey } from './job-key.ts'

/** An event as `read-events.lua` tells it: its kind, job, attempt, time and detail with spaces between. */
export type RawEvent = readonly [id: string, text: string]

/** Reads an event; `null` for an entry that is none, or of a kind that a later version has added. */
export function parseEvent([, text]: RawEvent): QueueEvent | null {
  const [, kind, jobKey, attempt, at, detail] = /^(\S+) (\S+) (\d+) (\d+) (.*)$/s.exec(text) ?? []
  if (kind === undefined || jobKey === undefined || detail === undefined) return null
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
