import { isTerminalEvent, type QueuedJob, type QueueEvent } from '@sluice/core'
import type { LeaseHistory } from './lease-history.ts'
import { type Complain, keyOf, type StormRecord } from './storm-record.ts'

type JobEvent = Exclude<QueueEvent, { kind: 'gap' }>

const mayFollow: Record<JobEvent['kind'], readonly string[]> = {
  ready: ['nothing', 'started', 'failed', 'leaseExpired'],
  started: ['ready'],
  completed: ['started'],
  failed: ['started', 'leaseExpired'],
  leaseExpired: ['started'],
  cancelled: ['ready', 'started'],
}

/** Complains of the events of one job. Where there was a gap, events may be missing, and only what came is judged. */
export function findEventBreaches(
  { events, records }: StormRecord,
  job: QueuedJob,
  leases: readonly LeaseHistory[],
  complain: Complain,
): void {
  const hasGap = events.some(({ kind }) => kind === 'gap')
  const ofJob = events.filter((event) => event.kind !== 'gap').filter((event) => keyOf(event) === keyOf(job))
  const terminal = ofJob.filter(isTerminalEvent)
  if (terminal.length > 1 || (terminal.length === 0 && !hasGap)) complain(`has ${terminal.length} terminal events`)
  if (terminal.length > 0 && terminal[0] !== ofJob.at(-1)) complain(`has events after its end: ${brief(ofJob)}`)
  const state = records.get(keyOf(job))?.state
  if (terminal[0] && terminal[0].kind !== state) complain(`is ${state}, and its last event is ${terminal[0].kind}`)
  if (!hasGap) findMissingEvents(ofJob, records.get(keyOf(job))?.attempt ?? 0, leases, complain)
}

function findMissingEvents(
  events: readonly JobEvent[],
  attempt: number,
  leases: readonly LeaseHistory[],
  complain: Complain,
): void {
  for (const [index, { kind }] of events.entries()) {
    const before = events[index - 1]?.kind ?? 'nothing'
    if (!mayFollow[kind].includes(before)) complain(`has the event ${kind} after ${before}: ${brief(events)}`)
  }
  const retries = events.filter((event) => 'willRetry' in event && event.willRetry).length
  if (retries !== attempt) complain(`is at attempt ${attempt} after ${retries} retries: ${brief(events)}`)
  const started = events.filter((event) => event.kind === 'started')
  for (const { claim } of leases) {
    const isTold = started.some((event) => event.attempt === claim.attempt && event.workerId === claim.workerId)
    if (!isTold) complain(`has no event of the claim by ${claim.workerId} at attempt ${claim.attempt}`)
  }
}

function brief(events: readonly JobEvent[]): string {
  return events.map(({ kind, attempt }) => `${kind} ${attempt}`).join(', ')
}
