/** The claims that wait, by who waits and what they call it, so that they can be told to stop. */
export class WaitingClaims {
  readonly #ends = new Map<string, AbortController>()

  /** Calls with a signal that aborts when the claim is to end. A claim of the same name takes the place of the one before. */
  async during<Result>(name: string, wait: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const end = new AbortController()
    this.#ends.set(name, end)
    try {
      return await wait(end.signal)
    } finally {
      if (this.#ends.get(name) === end) this.#ends.delete(name)
    }
  }

  /** Ends a claim; does nothing if it does not wait. */
  end(name: string): void {
    this.#ends.get(name)?.abort()
  }
}
