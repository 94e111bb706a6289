import type { JournalEntry } from './journal.ts'
import { keyOf } from './storm-record.ts'

type Entry<Kind extends JournalEntry['kind']> = Extract<JournalEntry, { kind: Kind }>

/** What the worker that held a lease did with it and was told. */
export interface LeaseHistory {
  readonly claim: Entry<'claimed'>
  readonly renewals: Entry<'renewed'>[]
  settling?: Entry<'settling'>
  settled?: Entry<'settled'>
  readonly refusals: Entry<'refused'>[]
}

/** Sorts a journal by lease, and the leases of each job by the time of their claim; complains of a lease that was given twice. */
export function leaseHistories(
  journal: readonly JournalEntry[],
  complain: (what: string) => void,
): ReadonlyMap<string, readonly LeaseHistory[]> {
  const leases = new Map<string, LeaseHistory>()
  for (const entry of journal) {
    if (entry.kind !== 'claimed') continue
    if (leases.has(entry.leaseId)) complain(`lease ${entry.leaseId} was given twice`)
    leases.set(entry.leaseId, { claim: entry, renewals: [], refusals: [] })
  }
  for (const entry of journal) {
    const lease = 'leaseId' in entry ? leases.get(entry.leaseId) : undefined
    if (!lease) continue
    if (entry.kind === 'renewed') lease.renewals.push(entry)
    else if (entry.kind === 'settling') lease.settling = entry
    else if (entry.kind === 'settled') lease.settled = entry
    else if (entry.kind === 'refused') lease.refusals.push(entry)
  }
  const inOrder = [...leases.values()].sort((a, b) => a.claim.at - b.claim.at)
  return Map.groupBy(inOrder, ({ claim }) => keyOf(claim))
}

/** The moment until which the lease was alive for certain: the store counts from a time after the call began. */
export function aliveUntil({ claim, renewals }: LeaseHistory): number {
  return Math.max(...[claim, ...renewals].map(({ from, ttlMs }) => from + ttlMs))
}

/** The moment from which the lease had run out for certain: the store counts from a time before the answer came. */
export function runOutAt({ claim, renewals }: LeaseHistory, before: number): number {
  const grants = [claim, ...renewals].filter(({ at }) => at < before)
  return Math.max(...grants.map(({ at, ttlMs }) => at + ttlMs))
}
