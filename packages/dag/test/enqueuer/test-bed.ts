import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Backend, ClaimedJob, JobFailure, Outputs, RunJob, RunJobState } from '@sluice/core'
import { createMemoryBackend, ManualClock } from '@sluice/queue-memory'
import { onTestFinished } from 'vitest'
import { DependencyEnqueuer, type DependencyEnqueuerOptions } from '../../src/enqueuer/dependency-enqueuer.ts'

/** What a job does in a test: it returns outputs, or how it fails. */
export type Work = (claimed: ClaimedJob) => WorkResult | Promise<WorkResult>

export type WorkResult = Outputs | undefined | { readonly failure: JobFailure; readonly retryable?: boolean }

/** A memory backend on a clock that stands still, and what tests do with it; all is closed when the test ends. */
export class TestBed {
  readonly clock = new ManualClock()
  readonly backend: Backend = createMemoryBackend({ clock: this.clock })
  /** What enqueuers reported. */
  readonly errors: unknown[] = []
  /** The claims of the workers, in order. */
  readonly claims: ClaimedJob[] = []

  constructor() {
    onTestFinished(() => this.backend.close())
  }

  /** Starts an enqueuer, over the bed's backend unless another is given. */
  async enqueuer(options: Partial<DependencyEnqueuerOptions> = {}): Promise<DependencyEnqueuer> {
    const onError = (error: unknown) => this.errors.push(error)
    const enqueuer = new DependencyEnqueuer({ backend: this.backend, clock: this.clock, onError, ...options })
    // One whose process died in the test would never be closed.
    onTestFinished(() => Promise.race([enqueuer.close(), this.settle()]))
    await enqueuer.start()
    return enqueuer
  }

  /** Starts workers that take whatever comes. */
  workers(work: Work = () => undefined, count = 3, labels: readonly string[] = []): void {
    const stop = new AbortController()
    const loops = Array.from({ length: count }, (_, index) => this.#work(`w${index + 1}`, labels, work, stop.signal))
    onTestFinished(async () => {
      stop.abort()
      await Promise.all(loops)
    })
  }

  /** Claims one job, which must be there. */
  async claim(jobId?: string): Promise<ClaimedJob> {
    const claimed = await this.backend.queue.claim({ workerId: 'hand', labels: [], leaseTtlMs: 60_000 })
    if (claimed === null) throw new Error('there is nothing to claim')
    if (jobId !== undefined && claimed.job.jobId !== jobId)
      throw new Error(`claimed ${claimed.job.jobId}, not ${jobId}`)
    this.claims.push(claimed)
    return claimed
  }

  /** Claims a job and completes it. */
  async complete(jobId: string, outputs: Outputs = {}): Promise<void> {
    await this.backend.queue.complete((await this.claim(jobId)).lease.leaseId, outputs)
  }

  /** Claims a job and fails it for good. */
  async fail(jobId: string): Promise<void> {
    const { lease } = await this.claim(jobId)
    await this.backend.queue.fail(lease.leaseId, { message: `${jobId} broke` }, { retryable: false })
  }

  /** The stored records of a run's jobs. */
  async jobs(runId: string): Promise<Record<string, RunJob>> {
    const loaded = await this.backend.workflows.loadRun(runId)
    return Object.fromEntries((loaded?.jobs ?? []).map((job) => [job.jobId, job]))
  }

  /** The stored states of a run's jobs. */
  async states(runId: string): Promise<Record<string, RunJobState>> {
    return Object.fromEntries(Object.entries(await this.jobs(runId)).map(([jobId, { state }]) => [jobId, state]))
  }

  /** Waits, without moving the clock, until something is so. */
  async until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (let turn = 0; !(await isSo()); turn++) {
      if (turn === 2000) throw new Error(`still not so: ${isSo}`)
      await nextTurn()
    }
  }

  /** Waits until the store holds a job in a state. */
  async untilState(runId: string, jobId: string, state: RunJobState): Promise<void> {
    await this.until(async () => (await this.jobs(runId))[jobId]?.state === state)
  }

  /** Lets everything run that needs no time to pass. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 50; turn++) await nextTurn()
  }

  /** Moves the clock on in steps, with everything settled in between. */
  async advance(ms: number, steps = 1): Promise<void> {
    for (let step = 0; step < steps; step++) {
      await this.settle()
      await this.clock.advance(ms / steps)
    }
    await this.settle()
  }

  /** Moves the clock on, a second at a time, until the promise settles. */
  async whileTimePasses<Result>(promise: Promise<Result>): Promise<Result> {
    let isSettled = false
    const settled = promise.finally(() => {
      isSettled = true
    })
    for (let second = 0; !isSettled; second++) {
      if (second === 600) throw new Error('ten minutes were not enough')
      await this.settle()
      if (!isSettled) await this.clock.advance(1000)
    }
    return settled
  }

  async #work(workerId: string, labels: readonly string[], work: Work, signal: AbortSignal): Promise<void> {
    const { queue } = this.backend
    while (!signal.aborted) {
      const claimed = await queue.claim({ workerId, labels, leaseTtlMs: 60_000, waitMs: 86_400_000, signal })
      if (claimed === null) continue
      this.claims.push(claimed)
      const result = await work(claimed)
      const { leaseId } = claimed.lease
      // A job that was cancelled meanwhile refuses both.
      if (isFailure(result))
        await queue.fail(leaseId, result.failure, { retryable: result.retryable ?? true }).catch(() => {})
      else await queue.complete(leaseId, result ?? {}).catch(() => {})
    }
  }
}

function isFailure(result: WorkResult): result is Extract<WorkResult, { readonly failure: JobFailure }> {
  return typeof result?.failure === 'object'
}
