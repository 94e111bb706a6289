/** The longest delay that the timers of JavaScript take. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** A moment by which the database must have answered, on the clock of this process that no correction moves. */
export class Deadline {
  readonly #ms: number
  #at: number

  /** @param ms `Infinity` for no limit. */
  constructor(ms: number) {
    this.#ms = ms
    this.#at = performance.now() + ms
  }

  get leftMs(): number {
    return Math.max(0, this.#at - performance.now())
  }

  /** Begins anew: the database answered, and goes on with a work of many steps. */
  renew(): void {
    this.#at = performance.now() + this.#ms
  }

  /**
   * Settles as a promise does, if that is in time.
   *
   * @throws {DeadlineError} else; what then becomes of the promise is of no interest.
   */
  async limit<Value>(promise: Promise<Value>): Promise<Value> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      const wait = () => {
        // Timers may fire a little early.
        if (this.leftMs < 1) reject(new DeadlineError())
        else timer = setTimeout(wait, Math.min(this.leftMs, MAX_TIMER_MS))
      }
      wait()
    })
    try {
      return await Promise.race([promise, late])
    } finally {
      clearTimeout(timer)
    }
  }
}

/** The database did not answer in time. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'

  constructor() {
    super('no answer in time')
  }
}
