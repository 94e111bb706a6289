import type { QueuedJob } from '@sluice/core'
import { aliveUntil, type LeaseHistory, runOutAt } from './lease-history.ts'
import { type Cancellation, type Complain, cancellationsOf, keyOf, type StormRecord } from './storm-record.ts'

/** Complains of what the workers of one job were told and must not have been. */
export function findLeaseBreaches(
  record: StormRecord,
  job: QueuedJob,
  leases: readonly LeaseHistory[],
  complain: Complain,
): void {
  const state = record.records.get(keyOf(job))?.state
  const cancelled = cancellationsOf(record, job).filter((cancellation) => cancellation.state === 'cancelled')
  for (const lease of leases) {
    findYanks(lease, state === 'cancelled', complain)
    findLateCalls(lease, complain)
    findCallsAfterCancel(lease, cancelled, complain)
  }
  findOverlaps(leases, cancelled, complain)
  findAttemptsGivenTwice(leases, complain)
  findReapsOfSettled(record, job, leases, complain)
}

/** A lease must not be taken from a worker that kept it alive. */
function findYanks(lease: LeaseHistory, isCancelled: boolean, complain: Complain): void {
  const { leaseId, from: claimedFrom, ttlMs } = lease.claim
  for (const { call, code, isRepeat, at } of lease.refusals) {
    if (code === 'JOB_CANCELLED') {
      if (!isCancelled) complain(`refused ${call} on ${leaseId} as cancelled, and is not cancelled`)
    } else if (code !== 'LEASE_EXPIRED') {
      complain(`refused ${call} on ${leaseId} with ${code}`)
    } else if (!isRepeat && at < aliveUntil(lease)) {
      const age = `${Math.round(at - claimedFrom)} ms after the claim, with ${lease.renewals.length} renewals of ${ttlMs} ms`
      complain(`refused ${call} on ${leaseId}, a live lease, ${age}`)
    }
  }
}

/** A lease that has run out is of no use. */
function findLateCalls(lease: LeaseHistory, complain: Complain): void {
  for (const call of [...lease.renewals, ...(lease.settled ? [lease.settled] : [])]) {
    const late = call.from - runOutAt(lease, call.at)
    if (late > 0) complain(`accepted a call on ${lease.claim.leaseId} ${Math.ceil(late)} ms after it had run out`)
  }
}

function findCallsAfterCancel(lease: LeaseHistory, cancelled: readonly Cancellation[], complain: Complain): void {
  for (const { at } of cancelled) {
    if (lease.claim.from > at) complain(`was claimed as ${lease.claim.leaseId} after it was cancelled`)
    const accepted = [...lease.renewals, ...(lease.settled ? [lease.settled] : [])]
    if (accepted.some(({ from }) => from > at)) {
      complain(`accepted a call on ${lease.claim.leaseId} after it was cancelled`)
    }
  }
}

/** No second worker gets a job while the first can count on its lease. */
function findOverlaps(leases: readonly LeaseHistory[], cancelled: readonly Cancellation[], complain: Complain): void {
  for (const first of leases) {
    const givenUpAt = Math.min(first.settling?.at ?? Infinity, ...cancelled.map(({ from }) => from))
    const until = Math.min(aliveUntil(first), givenUpAt)
    for (const { claim: second } of leases) {
      if (second.from >= first.claim.at && second.at <= until) {
        complain(`has two live leases, ${first.claim.leaseId} and ${second.leaseId}`)
      }
    }
  }
}

/** Only a release hands the same attempt to the next worker. */
function findAttemptsGivenTwice(leases: readonly LeaseHistory[], complain: Complain): void {
  for (const [index, first] of leases.entries()) {
    const next = leases[index + 1]
    if (!next || next.claim.from < first.claim.at) continue
    const { attempt } = first.claim
    if (next.claim.attempt < attempt) complain(`went from attempt ${attempt} back to ${next.claim.attempt}`)
    if (next.claim.attempt === attempt && first.settling?.call !== 'release') {
      complain(`gave attempt ${attempt} twice, as ${first.claim.leaseId} and ${next.claim.leaseId}`)
    }
    if (first.settled?.call === 'complete') complain(`was claimed again after it completed`)
  }
}

/** An attempt is used once: settled by its worker or reaped, and by one reaper. */
function findReapsOfSettled(
  { journal }: StormRecord,
  job: QueuedJob,
  leases: readonly LeaseHistory[],
  complain: Complain,
): void {
  const reaped = journal.filter((entry) => entry.kind === 'reaped').filter((entry) => keyOf(entry) === keyOf(job))
  const attempts = reaped.map(({ attempt }) => attempt)
  for (const attempt of new Set(attempts)) {
    const reaps = attempts.filter((other) => other === attempt).length
    if (reaps > 1) complain(`had attempt ${attempt} reaped ${reaps} times`)
    const settled = leases.find((lease) => lease.claim.attempt === attempt && lease.settled)?.settled
    if (settled && settled.call !== 'release') {
      complain(`had attempt ${attempt} reaped, and ${settled.call} on it acknowledged`)
    }
  }
}
