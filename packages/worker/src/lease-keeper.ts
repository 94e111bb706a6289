import { type Lease, QueueError } from '@sluice/core'
import { AttemptAbortedError } from './attempt-aborted-error.ts'
import { OutageBackoff } from './outage-backoff.ts'
import type { WorkerQueue } from './worker-backend.ts'
import type { Reporter } from './worker-hooks.ts'

/** A lease that is being renewed. Times are milliseconds on the process's monotonic clock. */
export interface KeptLease {
  readonly lease: Lease
  /** Until then nobody else can have the job. */
  endsAt: number
}

interface Entry extends KeptLease {
  readonly onLost: (error: AttemptAbortedError) => void
  backoff: OutageBackoff | null
  renewAt: number
  renewing: boolean
}

/**
 * Renews all leases of a worker, each at a third of its time, with one timer.
 *
 * The timer is armed for the earliest renewal and never moved when a job ends, so that short jobs cost a map entry each.
 */
export class LeaseKeeper {
  readonly #queue: WorkerQueue
  readonly #ttlMs: number
  readonly #reporter: Reporter
  readonly #entries = new Map<string, Entry>()
  #timer: NodeJS.Timeout | undefined
  #wakesAt = Number.POSITIVE_INFINITY

  constructor(queue: WorkerQueue, ttlMs: number, reporter: Reporter) {
    this.#queue = queue
    this.#ttlMs = ttlMs
    this.#reporter = reporter
  }

  /** Keeps a lease that was just claimed alive until it is dropped, or calls `onLost` once. */
  keep(lease: Lease, onLost: (error: AttemptAbortedError) => void): KeptLease {
    const claimedAt = performance.now()
    const renewAt = claimedAt + this.#ttlMs / 3
    const entry = { lease, onLost, endsAt: claimedAt + this.#ttlMs, renewAt, renewing: false, backoff: null }
    this.#entries.set(lease.leaseId, entry)
    this.#wakeAt(renewAt)
    return entry
  }

  /** Stops renewing a lease. */
  drop(kept: KeptLease): void {
    this.#entries.delete(kept.lease.leaseId)
  }

  /** Asks the store about a lease now, because something may have happened to its job. */
  check(kept: KeptLease): void {
    const entry = this.#entries.get(kept.lease.leaseId)
    if (entry && !entry.renewing) void this.#renew(entry)
  }

  /** Asks the store about every lease now. */
  checkAll(): void {
    for (const entry of this.#entries.values()) this.check(entry)
  }

  /** Forgets every lease and frees the timer. */
  close(): void {
    this.#entries.clear()
    clearTimeout(this.#timer)
  }

  #wakeAt(at: number): void {
    if (at >= this.#wakesAt) return
    clearTimeout(this.#timer)
    this.#wakesAt = at
    this.#timer = setTimeout(() => this.#wake(), Math.max(1, Math.ceil(at - performance.now())))
  }

  #wake(): void {
    this.#wakesAt = Number.POSITIVE_INFINITY
    const now = performance.now()
    let next = Number.POSITIVE_INFINITY
    for (const entry of this.#entries.values()) {
      if (now >= entry.endsAt) this.#lose(entry, this.#outlived(entry))
      else {
        if (!entry.renewing && now >= entry.renewAt) void this.#renew(entry)
        next = Math.min(next, entry.renewing ? entry.endsAt : Math.min(entry.renewAt, entry.endsAt))
      }
    }
    this.#wakeAt(next)
  }

  async #renew(entry: Entry): Promise<void> {
    const { leaseId, jobId } = entry.lease
    // The store renews after this moment, so counting from here never overrates the lease.
    const sentAt = performance.now()
    entry.renewing = true
    try {
      await this.#queue.renewLease(leaseId, this.#ttlMs)
      entry.endsAt = sentAt + this.#ttlMs
      entry.renewAt = sentAt + this.#ttlMs / 3
      entry.backoff = null
    } catch (error) {
      if (!this.#entries.has(leaseId)) return
      const lost = lossOf(error)
      if (lost) return this.#lose(entry, lost)
      entry.backoff ??= new OutageBackoff(Math.min(100, this.#ttlMs / 20), this.#ttlMs / 6)
      entry.renewAt = performance.now() + entry.backoff.nextDelayMs()
      this.#reporter.failed(`could not renew the lease of job "${jobId}"; trying again while it lasts`, error)
    } finally {
      entry.renewing = false
    }
    if (this.#entries.has(leaseId)) this.#wakeAt(Math.min(entry.renewAt, entry.endsAt))
  }

  #lose(entry: Entry, error: AttemptAbortedError): void {
    this.#entries.delete(entry.lease.leaseId)
    entry.onLost(error)
  }

  #outlived(entry: Entry): AttemptAbortedError {
    const message = `the lease of job "${entry.lease.jobId}" could not be renewed in time; the job may already run elsewhere`
    return new AttemptAbortedError('leaseLost', message)
  }
}

function lossOf(error: unknown): AttemptAbortedError | null {
  if (!QueueError.is(error)) return null
  switch (error.code) {
    case 'JOB_CANCELLED':
      return new AttemptAbortedError('cancelled', error.message, { cause: error })
    case 'LEASE_EXPIRED':
    case 'LEASE_NOT_FOUND':
    case 'QUEUE_CLOSED':
      return new AttemptAbortedError('leaseLost', error.message, { cause: error })
    default:
      return null
  }
}
