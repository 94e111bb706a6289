import { isTerminalJobState, type JobSummary } from '../job.ts'
import { isTerminalEvent, type QueueEvent } from '../queue-event.ts'

/** What the clients of a queue did and saw, one after the other. All jobs are of one workflow. */
export type Observation =
  | { readonly kind: 'enqueued'; readonly jobId: string }
  | {
      readonly kind: 'claimed'
      readonly jobId: string
      readonly leaseId: string
      readonly attempt: number
      /** How much had been seen when the claim was called. */
      readonly calledAfter: number
    }
  /** The client is about to settle, or lets the lease run out: from here on it does not count on the lease. */
  | { readonly kind: 'givenUp'; readonly leaseId: string }
  | { readonly kind: 'settled'; readonly leaseId: string; readonly by: 'complete' | 'fail' | 'release' }
  | { readonly kind: 'reaped'; readonly jobId: string; readonly attempt: number }
  | { readonly kind: 'cancelled'; readonly jobId: string }

/** What is known when all is done. */
export interface History {
  readonly observations: readonly Observation[]
  /** All that one subscriber was told. */
  readonly events: readonly QueueEvent[]
  /** How the jobs ended. */
  readonly jobs: readonly JobSummary[]
}

interface Claim {
  readonly leaseId: string
  readonly attempt: number
  isGivenUp: boolean
  settledBy?: string
}

interface JobHistory {
  readonly claims: Claim[]
  readonly reapedAttempts: Set<number>
  isEnqueued: boolean
  isCancelled: boolean
  /** How much was seen before the cancellation was. */
  cancelledAfter?: number
}

/** Returns what in a history of jobs that have all ended breaks the contract, in words. */
export function violationsOf(history: History): string[] {
  const violations: string[] = []
  const jobs = replay(history.observations, violations)
  if (history.events.some(({ kind }) => kind === 'gap')) violations.push('events were lost: there is a gap')
  for (const [jobId, job] of jobs) {
    const complain = (what: string) => violations.push(`job ${jobId} ${what}`)
    const events = history.events.filter((event) => event.kind !== 'gap').filter((event) => event.jobId === jobId)
    checkAttempts(job, complain)
    checkEvents(job, events, complain)
    checkEnd(
      job,
      events,
      history.jobs.filter((summary) => summary.jobId === jobId),
      complain,
    )
  }
  return violations
}

function replay(observations: readonly Observation[], violations: string[]): Map<string, JobHistory> {
  const jobs = new Map<string, JobHistory>()
  const claims = new Map<string, Claim>()
  const jobOf = (jobId: string) => {
    const job = jobs.get(jobId) ?? { claims: [], reapedAttempts: new Set(), isEnqueued: false, isCancelled: false }
    jobs.set(jobId, job)
    return job
  }
  for (const [before, seen] of observations.entries()) {
    if (seen.kind === 'enqueued') {
      if (jobOf(seen.jobId).isEnqueued) violations.push(`job ${seen.jobId} was enqueued twice`)
      jobOf(seen.jobId).isEnqueued = true
    } else if (seen.kind === 'claimed') {
      const job = jobOf(seen.jobId)
      if (claims.has(seen.leaseId)) violations.push(`lease ${seen.leaseId} was given twice`)
      if (job.claims.some(({ isGivenUp }) => !isGivenUp)) violations.push(`job ${seen.jobId} has two live leases`)
      // Answers to calls that are made at once may be seen in another order than they were given in.
      if (job.cancelledAfter !== undefined && job.cancelledAfter < seen.calledAfter)
        violations.push(`job ${seen.jobId} was claimed after it was cancelled`)
      const claim = { leaseId: seen.leaseId, attempt: seen.attempt, isGivenUp: false }
      job.claims.push(claim)
      claims.set(seen.leaseId, claim)
    } else if (seen.kind === 'reaped') {
      const { reapedAttempts } = jobOf(seen.jobId)
      if (reapedAttempts.has(seen.attempt))
        violations.push(`attempt ${seen.attempt} of job ${seen.jobId} was reaped twice`)
      reapedAttempts.add(seen.attempt)
    } else if (seen.kind === 'cancelled') {
      const job = jobOf(seen.jobId)
      job.isCancelled = true
      job.cancelledAfter ??= before
    } else {
      const claim = claims.get(seen.leaseId)
      if (!claim) violations.push(`lease ${seen.leaseId} was never given`)
      else if (seen.kind === 'givenUp') claim.isGivenUp = true
      else claim.settledBy = seen.by
    }
  }
  return jobs
}

function checkAttempts({ claims, reapedAttempts }: JobHistory, complain: (what: string) => void): void {
  let expected = 0
  for (const [index, { attempt, settledBy }] of claims.entries()) {
    if (attempt !== expected) complain(`was claimed at attempt ${attempt} instead of ${expected}`)
    const isUsed = settledBy === 'fail' || reapedAttempts.has(attempt)
    if (settledBy === 'complete' && index < claims.length - 1) complain('was claimed after it completed')
    if (settledBy !== undefined && settledBy !== 'release' && reapedAttempts.has(attempt)) {
      complain(`had attempt ${attempt} both settled and reaped`)
    }
    expected = isUsed ? attempt + 1 : attempt
  }
}

type JobEvent = Exclude<QueueEvent, { kind: 'gap' }>

function checkEvents({ claims }: JobHistory, events: readonly JobEvent[], complain: (what: string) => void): void {
  const started = events.filter(({ kind }) => kind === 'started').map(({ attempt }) => attempt)
  const claimed = claims.map(({ attempt }) => attempt)
  if (`${started}` !== `${claimed}`) complain(`was claimed at attempts [${claimed}], and its events say [${started}]`)
  const terminal = events.filter(isTerminalEvent)
  if (terminal.length !== 1) complain(`has ${terminal.length} terminal events`)
  else if (events.at(-1) !== terminal[0]) complain('has events after its terminal one')
  for (const [index, { kind }] of events.entries()) {
    const before = events[index - 1]?.kind ?? 'nothing'
    if (!MAY_FOLLOW[kind].includes(before)) complain(`has the event ${kind} after ${before}`)
  }
}

const MAY_FOLLOW: Record<JobEvent['kind'], readonly string[]> = {
  ready: ['nothing', 'started', 'failed', 'leaseExpired'],
  started: ['ready'],
  completed: ['started'],
  failed: ['started', 'leaseExpired'],
  leaseExpired: ['started'],
  cancelled: ['ready', 'started'],
}

function checkEnd(
  { claims, isEnqueued, isCancelled }: JobHistory,
  events: readonly JobEvent[],
  summaries: readonly JobSummary[],
  complain: (what: string) => void,
): void {
  if (!isEnqueued) complain('was never enqueued')
  if (summaries.length === 0) complain('was lost')
  if (summaries.length > 1) complain('is listed more than once')
  const last = events.at(-1)?.kind
  const isCompleted = claims.some(({ settledBy }) => settledBy === 'complete')
  for (const { state } of summaries) {
    if (!isTerminalJobState(state)) complain(`has not ended: it is ${state}`)
    if (last !== state) complain(`is ${state}, and its last event is ${last}`)
    if (isCancelled && state !== 'cancelled') complain(`is ${state} although its cancellation succeeded`)
    if (isCompleted && state !== 'completed') complain(`is ${state} although a complete succeeded`)
    if (!isCompleted && state === 'completed') complain('is completed although no complete succeeded')
  }
}
