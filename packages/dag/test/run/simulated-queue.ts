import type { JobOutcome, RunCommand } from '../../src/run/job-outcome.ts'
import type { Verdict } from './random-run.ts'

/** Draws an integer from 0 up to, without, `below`. */
export type Draw = (below: number) => number

/** A queue that tells what became of its jobs in any order and any number of times, as a test's draws decide. */
export class SimulatedQueue {
  readonly enqueued = new Set<string>()
  readonly #verdicts: ReadonlyMap<string, Verdict>
  readonly #draw: Draw
  readonly #cancelled = new Set<string>()
  #undelivered: JobOutcome[] = []
  #delivered: JobOutcome[] = []

  constructor(verdicts: ReadonlyMap<string, Verdict>, draw: Draw) {
    this.#verdicts = verdicts
    this.#draw = draw
  }

  get isIdle(): boolean {
    return this.#undelivered.length === 0
  }

  enqueue(jobId: string, runAttempt: number): void {
    if (this.enqueued.has(`${runAttempt} ${jobId}`))
      throw new Error(`${jobId} was enqueued twice in attempt ${runAttempt}`)
    this.enqueued.add(`${runAttempt} ${jobId}`)
    this.#undelivered.push(...this.#life(jobId, runAttempt))
  }

  /** Cancels a job, unless its own end was quicker. */
  cancel(jobId: string): void {
    if (this.#draw(3) === 0 || this.#cancelled.has(jobId)) return
    this.#cancelled.add(jobId)
    this.#undelivered = this.#undelivered.map((outcome) =>
      outcome.jobId === jobId && isEnd(outcome)
        ? { kind: 'cancelled', jobId, runAttempt: outcome.runAttempt, attempt: outcome.attempt }
        : outcome,
    )
  }

  cancelAll(): void {
    for (const { jobId } of this.#undelivered) this.cancel(jobId)
  }

  /** Takes a few outcomes out of order, some of them again. */
  deliver(): JobOutcome[] {
    const batch: JobOutcome[] = []
    for (let count = 1 + this.#draw(3); count > 0 && !this.isIdle; count--) {
      const [outcome] = this.#undelivered.splice(this.#draw(this.#undelivered.length), 1)
      batch.push(outcome as JobOutcome)
    }
    this.#delivered.push(...batch)
    for (let count = this.#draw(3); count > 0; count--)
      batch.splice(this.#draw(batch.length + 1), 0, this.#delivered[this.#draw(this.#delivered.length)] as JobOutcome)
    return batch
  }

  #life(jobId: string, runAttempt: number): JobOutcome[] {
    const { end, retries } = this.#verdicts.get(jobId) as Verdict
    const life: JobOutcome[] = []
    const base = { jobId, runAttempt }
    for (let attempt = 0; attempt <= retries; attempt++) {
      if (attempt > 0) life.push({ ...base, kind: 'requeued', attempt, at: attempt * 10 })
      life.push({ ...base, kind: 'started', attempt, at: attempt * 10 + 1, workerId: 'w' })
    }
    const last = { ...base, attempt: retries, startedAt: retries * 10 + 1, finishedAt: retries * 10 + 5 }
    if (end === 'succeeded') life.push({ ...last, kind: end, outputs: { from: jobId } })
    else if (end === 'failed') life.push({ ...last, kind: end, failure: { message: 'broke' } })
    else life.push({ ...last, kind: end })
    return life
  }
}

/** Tells whether an input is the end of a job. */
export function isEnd(input: JobOutcome | RunCommand): boolean {
  return input.kind === 'succeeded' || input.kind === 'failed' || input.kind === 'cancelled'
}
