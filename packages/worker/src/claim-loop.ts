import { type ClaimedJob, LIMITS, QueueError } from '@sluice/core'
import { OutageBackoff } from './outage-backoff.ts'
import { pause } from './timer.ts'
import type { WorkerQueue } from './worker-backend.ts'
import type { Reporter } from './worker-hooks.ts'

const CLAIM_WAIT_MS = 60_000

/** What the claims of a worker have in common, and what becomes of the jobs. */
export interface ClaimLoopOptions {
  readonly queue: WorkerQueue
  readonly workerId: string
  readonly labels: readonly string[]
  readonly leaseTtlMs: number
  readonly concurrency: number
  readonly reporter: Reporter
  /** Runs a job; the slot is taken until this resolves. Must not reject. */
  start(claimed: ClaimedJob): Promise<void>
  /** Hands back a job that a claim brought after `stop`. Must not reject. */
  refuse(claimed: ClaimedJob): Promise<void>
}

/**
 * Fills a worker's free slots: one claim at a time, which waits in the store until there is a job.
 *
 * A claim that waits for fewer jobs than there are free slots by now is left alone: it waits only while there is nothing to run, and
 * it resolves with the first job that comes, whereupon the next claim asks for all that is free.
 */
export class ClaimLoop {
  readonly #options: ClaimLoopOptions
  readonly #stopped = new AbortController()
  #freeSlots: number
  #slotFreed: (() => void) | undefined

  constructor(options: ClaimLoopOptions) {
    this.#options = options
    this.#freeSlots = options.concurrency
  }

  /** Claims until stopped; resolves `false` where the queue was closed instead. Never rejects. */
  async run(): Promise<boolean> {
    const { queue, workerId, labels, leaseTtlMs, reporter } = this.#options
    const { signal } = this.#stopped
    const backoff = new OutageBackoff(100, 5000)
    while (!signal.aborted) {
      if (this.#freeSlots === 0) {
        await this.#nextFreeSlot()
        continue
      }
      const limit = Math.min(this.#freeSlots, LIMITS.claimMany)
      try {
        const claimed = await queue.claimMany({ workerId, labels, leaseTtlMs, waitMs: CLAIM_WAIT_MS, limit, signal })
        backoff.reset()
        if (signal.aborted) await Promise.all(claimed.map((job) => this.#options.refuse(job)))
        else for (const job of claimed) this.#start(job)
      } catch (error) {
        if (QueueError.is(error, 'QUEUE_CLOSED')) return false
        if (signal.aborted) break
        const delayMs = backoff.nextDelayMs()
        reporter.failed(`could not claim a job; trying again in ${delayMs} ms`, error)
        await pause(delayMs, signal)
      }
    }
    return true
  }

  /** Ends the claim that waits, if one does; jobs that are on their way nevertheless are refused. */
  stop(): void {
    this.#stopped.abort()
    this.#slotFreed?.()
  }

  #start(job: ClaimedJob): void {
    this.#freeSlots--
    void this.#options.start(job).then(() => {
      this.#freeSlots++
      this.#slotFreed?.()
    })
  }

  async #nextFreeSlot(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#slotFreed = resolve
    })
    this.#slotFreed = undefined
  }
}
