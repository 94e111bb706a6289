import { JobCancelledError, LeaseExpiredError, LeaseNotFoundError } from '@sluice/core'
import { BinaryHeap } from './binary-heap.ts'
import { LeaseIds, slotOf } from './lease-ids.ts'
import type { JobLease, StoredJob } from './stored-job.ts'
import { type Settlement, StoredLease } from './stored-lease.ts'

/** Past leases known of one job, so that one which is claimed and released for ever costs bounded memory. */
const MAX_PAST_LEASES = 256

/** The leases: the live ones by expiry, and those that ended for as long as their job is retained. */
export class LeaseTable {
  /** The leases by the number in their id, which is cheaper than a map by id. */
  readonly #leases: (JobLease | null)[] = []
  readonly #freeSlots: number[] = []
  readonly #ids = new LeaseIds()
  readonly #live = new BinaryHeap<JobLease>((a, b) =>
    a.filedAt === b.filedAt ? a.serial < b.serial : a.filedAt < b.filedAt,
  )
  #serial = 0

  grant(job: StoredJob, workerId: string, ttlMs: number, now: number): JobLease {
    const slot = this.#freeSlots.pop() ?? this.#leases.length
    const lease = new StoredLease(this.#ids.create(slot), job, job.attempt, workerId, this.#serial++, ttlMs, now)
    if (job.lease) this.#retain(job, job.lease)
    job.lease = lease
    this.#leases[slot] = lease
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
  live(leaseId: string, now: number): JobLease {
    const lease = this.#get(leaseId)
    if (lease.ending !== null || lease.expiresAt <= now) throw new LeaseExpiredError(leaseId)
    return lease
  }

  /**
   * Finds a live lease, or the one that a call of the same kind settled last.
   *
   * @throws as `live`.
   */
  liveOrSettled(leaseId: string, settlement: Settlement, now: number): JobLease {
    const lease = this.#get(leaseId)
    return lease.ending === settlement && lease.job.settledLease === lease ? lease : this.live(leaseId, now)
  }

  renew(lease: JobLease, ttlMs: number, now: number): void {
    lease.ttlMs = ttlMs
    lease.expiresAt = now + ttlMs
    // A later expiry is filed when the old one comes up: a renewal costs nothing, however many leases there are.
    if (lease.expiresAt < lease.filedAt) this.#file(lease)
  }

  /** Ends a live lease by a call of its worker. */
  settle(lease: JobLease, settlement: Settlement): void {
    lease.job.settledLease = lease
    this.#end(lease, settlement)
  }

  /** Ends the lease of an active job that was cancelled. */
  revoke(job: StoredJob): void {
    if (job.lease) this.#end(job.lease, 'cancelled')
  }

  /** Ends the lease that expired first, if any has. */
  takeExpired(now: number): JobLease | undefined {
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
    if (job.lease) this.#drop(job.lease)
    for (const lease of job.pastLeases ?? []) this.#drop(lease)
  }

  #get(leaseId: string): JobLease {
    const lease = this.#leases[slotOf(leaseId)]
    if (!lease || lease.leaseId !== leaseId) throw new LeaseNotFoundError(leaseId)
    const { state, job } = lease.job
    if (state === 'cancelled') throw new JobCancelledError(job.workflowId, job.jobId)
    return lease
  }

  #drop(lease: JobLease): void {
    const slot = slotOf(lease.leaseId)
    this.#leases[slot] = null
    this.#freeSlots.push(slot)
  }

  #file(lease: JobLease): void {
    lease.filedAt = lease.expiresAt
    this.#live.update(lease)
  }

  #end(lease: JobLease, ending: NonNullable<JobLease['ending']>): void {
    lease.ending = ending
    this.#live.remove(lease)
  }

  #retain(job: StoredJob, lease: JobLease): void {
    job.pastLeases ??= []
    job.pastLeases.push(lease)
    if (job.pastLeases.length <= MAX_PAST_LEASES) return
    this.#drop(job.pastLeases.shift() as JobLease)
  }
}
