/** Moments by key, of which the latest so many are kept. */
export class RecentMoments {
  readonly #limit: number
  readonly #moments = new Map<string, number>()

  constructor(limit: number) {
    this.#limit = limit
  }

  set(key: string, at: number): void {
    this.#moments.delete(key)
    this.#moments.set(key, at)
    if (this.#moments.size <= this.#limit) return
    for (const oldest of this.#moments.keys()) {
      this.#moments.delete(oldest)
      return
    }
  }

  /** The moment, which is then forgotten. */
  take(key: string): number | undefined {
    const at = this.#moments.get(key)
    if (at !== undefined) this.#moments.delete(key)
    return at
  }
}
