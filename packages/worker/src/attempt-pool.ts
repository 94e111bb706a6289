import type { ClaimedJob, JobRef } from '@sluice/core'
import { Attempt, type AttemptSurroundings } from './attempt.ts'
import type { AttemptAbortedError } from './attempt-aborted-error.ts'
import { settle } from './settlement.ts'

/** Names a job within one string; no id contains a line break. */
export function jobKey({ workflowId, jobId }: JobRef): string {
  return `${workflowId}\n${jobId}`
}

/** The attempts that a worker has under way. */
export class AttemptPool {
  readonly #around: AttemptSurroundings
  readonly #attempts = new Set<Attempt>()
  readonly #byJob = new Map<string, Attempt>()
  readonly #stragglers = new Set<ClaimedJob>()
  readonly #unsettled = new Set<ClaimedJob>()
  readonly #released: JobRef[] = []
  #isClosed = false
  #onIdle: (() => void) | undefined

  constructor(around: AttemptSurroundings) {
    this.#around = around
  }

  /** The jobs whose attempts are not settled. */
  get running(): JobRef[] {
    return Array.from(this.#attempts, ({ claimed }) => refOf(claimed))
  }

  /** The jobs that were handed back after `close`. */
  get released(): readonly JobRef[] {
    return this.#released
  }

  /** The jobs whose code still runs, or that the store did not take back after `close`. */
  get abandoned(): readonly JobRef[] {
    const running = Array.from(this.#attempts, ({ claimed }) => claimed)
    return Array.from(new Set([...running, ...this.#stragglers, ...this.#unsettled]), refOf)
  }

  /** Begins to remember what is handed back, and what the store does not take back. */
  close(): void {
    this.#isClosed = true
  }

  /** Runs a job. Resolves, never rejects, when its code has ended, which may be long after it was settled. */
  async run(claimed: ClaimedJob, isSuspect: (key: string) => boolean): Promise<void> {
    const key = jobKey(claimed.lease)
    const earlier = this.#byJob.get(key)
    const attempt = new Attempt(claimed, this.#around)
    this.#attempts.add(attempt)
    this.#byJob.set(key, attempt)
    if (isSuspect(key)) attempt.check()
    // A retry may be claimed here before the call that failed the attempt before it has been answered.
    await earlier?.whenTold()
    const { outcome, straggler } = await attempt.run()
    // The same job may run here again: its lease was lost, and it was claimed anew.
    if (this.#byJob.get(key) === attempt) this.#byJob.delete(key)
    this.#attempts.delete(attempt)
    if (outcome.status === 'released' && this.#isClosed) this.#released.push(refOf(claimed))
    if (outcome.status === 'unsettled' && this.#isClosed) this.#unsettled.add(claimed)
    if (straggler) this.#stragglers.add(claimed)
    if (this.#attempts.size === 0) this.#onIdle?.()
    if (straggler) await this.#outwait(straggler, claimed)
  }

  /** Hands a job back that was not begun. Never rejects. */
  async refuse(claimed: ClaimedJob): Promise<void> {
    const { queue, keeper, reporter, givenUp } = this.#around
    const kept = keeper.keep(claimed.lease, () => {})
    try {
      await settle(() => queue.release(claimed.lease.leaseId), kept, givenUp)
      this.#released.push(refOf(claimed))
    } catch (error) {
      this.#unsettled.add(claimed)
      reporter.failed(`could not hand back job "${claimed.job.jobId}"; it returns when its lease runs out`, error)
    } finally {
      keeper.drop(kept)
    }
  }

  /** Makes the attempt at a job stop, if one is under way. */
  abort(key: string, error: AttemptAbortedError): void {
    this.#byJob.get(key)?.abort(error)
  }

  /** Makes every attempt stop. */
  abortAll(error: AttemptAbortedError): void {
    for (const attempt of this.#attempts) attempt.abort(error)
  }

  /** Resolves when every attempt is settled. */
  async whenIdle(): Promise<void> {
    if (this.#attempts.size === 0) return
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve
    })
  }

  async #outwait(straggler: Promise<void>, claimed: ClaimedJob): Promise<void> {
    const { jobId } = claimed.job
    this.#around.reporter.failed(`job "${jobId}" ignores its signal and keeps its slot until its code ends`)
    await straggler
    this.#stragglers.delete(claimed)
  }
}

function refOf({ lease: { workflowId, jobId } }: ClaimedJob): JobRef {
  return { workflowId, jobId }
}
