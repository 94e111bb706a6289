/** Keeps the promises of what was sent, to tell the first that failed: what comes after it only says that the transaction is over. */
export class SettledInOrder {
  readonly #sent: Promise<unknown>[] = []

  add<Value>(promise: Promise<Value>): Promise<Value> {
    promise.catch(() => {})
    this.#sent.push(promise)
    return promise
  }

  /** Resolves with the first failure, `null` if there is none, once all have settled. */
  async firstFailure(): Promise<{ readonly reason: unknown } | null> {
    const outcomes = await Promise.allSettled(this.#sent)
    return outcomes.find((outcome) => outcome.status === 'rejected') ?? null
  }
}
