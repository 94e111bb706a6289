/** A moment by which a call must have ended, on the clock of this process that no correction moves. */
export class Deadline {
  readonly #at: number

  constructor(ms: number) {
    this.#at = performance.now() + ms
  }

  get leftMs(): number {
    return Math.max(0, this.#at - performance.now())
  }

  /**
   * Settles as a promise does, if that is in time.
   *
   * @throws {DeadlineError} else; what then becomes of the promise is of no interest.
   */
  async limit<Value>(promise: Promise<Value>): Promise<Value> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new DeadlineError()), this.leftMs)
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
