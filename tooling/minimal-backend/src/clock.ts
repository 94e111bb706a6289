/** The store's clock. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls back once, `ms` from now, unless the function that it returns is called before. */
  setTimeout(callback: () => void, ms: number): () => void
}

const { timeOrigin } = performance

/** The time of this process, which goes on evenly where the system's clock is corrected. */
export const systemClock: Clock = {
  now: () => timeOrigin + performance.now(),
  setTimeout(callback, ms) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}
