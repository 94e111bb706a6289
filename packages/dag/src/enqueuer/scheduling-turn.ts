import type { WorkflowStore } from '@sluice/core'
import type { EnqueuerClock } from './enqueuer-clock.ts'

/** What a scheduling turn needs, and whom it tells. */
export interface SchedulingTurnOptions {
  readonly workflows: WorkflowStore
  readonly owner: string
  readonly ttlMs: number
  readonly clock: EnqueuerClock
  readonly onGain: () => void
  readonly onLoss: () => void
  readonly onError: (error: unknown) => void
}

/** Claims the right to be the active scheduler, again at each third of its time to live, for as long as it is not ended. */
export class SchedulingTurn {
  readonly #options: SchedulingTurnOptions
  #isActive = false
  #isEnded = false
  /** Whether the store may hold this process for the active one. */
  #mayHoldTurn = false
  #validUntil = 0
  #cancelTimer: () => void = () => {}
  #claiming: Promise<unknown> = Promise.resolve()

  constructor(options: SchedulingTurnOptions) {
    this.#options = options
  }

  get isActive(): boolean {
    return this.#isActive
  }

  /** Claims for the first time. Rejects where the store does not answer, and may then be called again. */
  async start(): Promise<void> {
    const claim = this.#claim()
    this.#claiming = claim.catch(() => {})
    await claim
    this.#scheduleNext()
  }

  /** Hands over to a standby, if it is active or became so this moment. Never rejects: the turn ends by itself. */
  async end(): Promise<void> {
    this.#isEnded = true
    this.#cancelTimer()
    this.#isActive = false
    // A claim that is under way must not come after the release.
    await this.#claiming
    if (this.#mayHoldTurn)
      await this.#options.workflows.releaseScheduling(this.#options.owner).catch(this.#options.onError)
  }

  #scheduleNext(): void {
    const { clock, ttlMs } = this.#options
    if (!this.#isEnded) {
      this.#cancelTimer = clock.setTimeout(
        () => {
          this.#claiming = this.#renew()
        },
        Math.ceil(ttlMs / 3),
      )
    }
  }

  async #renew(): Promise<void> {
    try {
      await this.#claim()
    } catch (error) {
      this.#options.onError(error)
      if (this.#options.clock.now() >= this.#validUntil) this.#lose()
    }
    this.#scheduleNext()
  }

  async #claim(): Promise<void> {
    const { workflows, owner, ttlMs, clock, onGain } = this.#options
    const askedAt = clock.now()
    this.#mayHoldTurn = true
    const lease = await workflows.claimScheduling(owner, ttlMs)
    this.#mayHoldTurn = lease !== null
    if (this.#isEnded) return
    if (lease === null) return this.#lose()
    this.#validUntil = askedAt + ttlMs
    if (this.#isActive) return
    this.#isActive = true
    onGain()
  }

  #lose(): void {
    if (!this.#isActive) return
    this.#isActive = false
    this.#options.onLoss()
  }
}
