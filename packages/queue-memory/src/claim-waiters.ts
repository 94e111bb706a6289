import type { ClaimedJob, ValidClaim } from '@sluice/core'
import type { ClaimWaiter } from './claim-waiter.ts'
import type { Clock } from './clock.ts'
import type { LabelView } from './label-view.ts'
import type { JobLabelSet } from './stored-job.ts'

/** The claims that wait for a job, each until it is served, its time is up, its signal aborts or the queue closes. */
export class ClaimWaiters {
  readonly #clock: Clock
  readonly #waiters = new Set<ClaimWaiter>()
  #serial = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#waiters.size
  }

  /** Waits; resolves with what `settle` of the waiter is given, or with nothing. */
  wait(claim: ValidClaim, view: LabelView): Promise<readonly ClaimedJob[]> {
    return new Promise((resolve) => {
      const giveUp = () => waiter.settle([])
      const cancelTimer = this.#clock.setTimeout(giveUp, claim.waitMs)
      const settle = (jobs: readonly ClaimedJob[]) => {
        if (!this.#waiters.delete(waiter)) return
        cancelTimer()
        claim.signal?.removeEventListener('abort', giveUp)
        view.waiters.remove(waiter)
        resolve(jobs)
      }
      const waiter: ClaimWaiter = { claim, serial: this.#serial++, settle, previous: null, next: null }
      claim.signal?.addEventListener('abort', giveUp)
      this.#waiters.add(waiter)
      view.waiters.push(waiter)
    })
  }

  /** The claim that has waited longest of those that can take a job of these label sets. */
  firstFor(sets: Iterable<JobLabelSet>): ClaimWaiter | null {
    let first: ClaimWaiter | null = null
    for (const set of sets) {
      if (set.fifo.head === null) continue
      for (const place of set.places.values()) {
        const waiter = place.waiters.first
        if (waiter && (first === null || waiter.serial < first.serial)) first = waiter
      }
    }
    return first
  }

  /** Ends every wait. */
  close(): void {
    for (const waiter of this.#waiters) waiter.settle([])
  }
}
