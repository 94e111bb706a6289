import { findEventBreaches } from './event-breaches.ts'
import { findLeaseBreaches } from './lease-breaches.ts'
import { leaseHistories } from './lease-history.ts'
import { findOutcomeBreaches } from './outcome-breaches.ts'
import { keyOf, type StormRecord } from './storm-record.ts'

/** Returns what in the record of a storm breaks the contract, in words. */
export function findBreaches(record: StormRecord): string[] {
  const breaches: string[] = []
  const leases = leaseHistories(record.journal, (what) => breaches.push(what))
  for (const entry of record.journal) if (entry.kind === 'broke') breaches.push(entry.message)
  for (const job of record.jobs) {
    const key = keyOf(job)
    const complain = (what: string) => breaches.push(`job ${key} ${what}`)
    const ofJob = leases.get(key) ?? []
    findLeaseBreaches(record, job, ofJob, complain)
    findOutcomeBreaches(record, job, ofJob, complain)
    findEventBreaches(record, job, ofJob, complain)
  }
  return breaches
}
