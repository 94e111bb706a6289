import { randomUUID } from 'node:crypto'
import { JobCancelledError, LeaseExpiredError, LeaseNotFoundError } from '@sluice/core'
import { BinaryHeap } from './binary-heap.ts'
import type { StoredJob } from './stored-job.ts'
import { type Settlement, StoredLease } from './stored-lease.ts'

/** Past leases known of one job, so that one which is claimed and released for ever costs bounded memory. */
const MAX_PAST_LEASES = 256

/** The leases: the live ones by expiry, and those that ended for as long as their job is retained. */
export class LeaseTable {
  readonly #leases = new Map<string, StoredLease>()
  readonly #live = new BinaryHeap<StoredLease>((a, b) =>
    a.filedAt === b.filedAt ? a.serial < b.serial : a.filedAt < b.filedAt,
  )
  #serial = 0

  grant(job: StoredJob, workerId: string, ttlMs: number, now: number): StoredLease {
    const lease = new StoredLease(randomUUID(), job, workerId, this.#serial++, ttlMs, now)
    if (job.lease) this.#retain(job, job.lease)
    job.lease = lease
    this.#leases.set(lease.leaseId, lease)
    this.#live.push(lease)
    return lease
  }

  /**
   * Finds a live lease.
   *
   * @throws {LeaseNotFoundError}
   * @throws {JobCancelledError}
   * @throws {LeaseExpiredError}
   */
  live(leaseId: string, now: number): StoredLease {
    const lease = this.#get(leaseId)
    if (lease.ending === null && lease.expiresAt > now) return lease
    if (lease.ending === 'cancelled') throw new JobCancelledError(lease.job.workflow.workflowId, lease.job.job.jobId)
    throw new LeaseExpiredError(leaseId)
  }

  /**
   * Finds a live lease, or one that a call of the same kind has settled.
   *
   * @throws as `live`.
   */
  liveOrSettled(leaseId: string, settlement: Settlement, now: number): StoredLease {
    const lease = this.#get(leaseId)
    return lease.ending === settlement && lease.job.settledLease === lease ? lease : this.live(leaseId, now)
  }

  renew(lease: StoredLease, ttlMs: number, now: number): void {
    lease.ttlMs = ttlMs
    lease.expiresAt = now + ttlMs
    // A later expiry is filed when the old one comes up: a renewal costs nothing, however many leases there are.
    if (lease.expiresAt < lease.filedAt) this.#file(lease)
  }

  /** Ends a live lease by a call of its worker. */
  settle(lease: StoredLease, settlement: Settlement): void {
    lease.job.settledLease = lease
    this.#end(lease, settlement)
  }

  /** Ends the live lease of a job that was cancelled. */
  revoke(lease: StoredLease): void {
    this.#end(lease, 'cancelled')
  }

  /** Ends the lease that expired first, if any has. */
  takeExpired(now: number): StoredLease | undefined {
    for (let lease = this.#live.top; lease && lease.filedAt <= now; lease = this.#live.top) {
      if (lease.expiresAt <= now) {
        this.#end(lease, 'expired')
        return lease
      }
      this.#file(lease)
    }
    return undefined
  }

  /** Forgets all leases of a job. */
  forget(job: StoredJob): void {
    if (job.lease) this.#leases.delete(job.lease.leaseId)
    for (const lease of job.pastLeases ?? []) this.#leases.delete(lease.leaseId)
  }

  #get(leaseId: string): StoredLease {
    const lease = this.#leases.get(leaseId)
    if (lease === undefined) throw new LeaseNotFoundError(leaseId)
    return lease
  }

  #file(lease: StoredLease): void {
    lease.filedAt = lease.expiresAt
    this.#live.update(lease)
  }

  #end(lease: StoredLease, ending: NonNullable<StoredLease['ending']>): void {
    lease.ending = ending
    this.#live.remove(lease)
  }

  #retain(job: StoredJob, lease: StoredLease): void {
    job.pastLeases ??= []
    job.pastLeases.push(lease)
    if (job.pastLeases.length <= MAX_PAST_LEASES) return
    const oldest = job.pastLeases.shift() as StoredLease
    this.#leases.delete(oldest.leaseId)
  }
}
