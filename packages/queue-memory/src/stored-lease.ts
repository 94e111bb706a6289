import type { HeapItem } from './binary-heap.ts'

/** The calls of a worker that end its lease. */
export type Settlement = 'completed' | 'failed' | 'released'

/** A lease as the queue holds it. It outlives its end, so that a late or repeated call can be told apart from an unknown one. */
export class StoredLease<Job> implements HeapItem {
  readonly leaseId: string
  readonly job: Job
  readonly workerId: string
  readonly attempt: number
  /** Counts up over all leases of the queue. */
  readonly serial: number
  ttlMs: number
  expiresAt: number
  /** The expiry under which the lease is filed; a renewal leaves it behind until it comes up. */
  filedAt: number
  heapIndex = -1
  /** How it ended; `null` while it is live, or expired and not reaped. */
  ending: Settlement | 'expired' | 'cancelled' | null = null
  /** When the job is tried again, if the lease was failed and it is. */
  retryAt: number | null = null

  constructor(
    leaseId: string,
    job: Job,
    attempt: number,
    workerId: string,
    serial: number,
    ttlMs: number,
    now: number,
  ) {
    this.leaseId = leaseId
    this.job = job
    this.workerId = workerId
    this.attempt = attempt
    this.serial = serial
    this.ttlMs = ttlMs
    this.expiresAt = now + ttlMs
    this.filedAt = this.expiresAt
  }
}
