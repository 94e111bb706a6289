/** Tells the time and wakes up; given to a store, so that tests can move its time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls back once, `ms` from now, unless the function that it returns is called before. */
  setTimeout(callback: () => void, ms: number): () => void
}

/** The longest delay that the timers of JavaScript take; a longer one would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

const { timeOrigin } = performance

/**
 * The time of this process: it starts at the system's and goes on evenly.
 *
 * A correction of the system's clock neither ends a lease early nor holds a delayed job back.
 */
export const systemClock: Clock = {
  now: () => timeOrigin + performance.now(),

  setTimeout(callback, ms) {
    let timer: ReturnType<typeof setTimeout>
    const wait = (leftMs: number) => {
      timer =
        leftMs > MAX_TIMEOUT_MS
          ? setTimeout(() => wait(leftMs - MAX_TIMEOUT_MS), MAX_TIMEOUT_MS)
          : setTimeout(callback, leftMs)
    }
    wait(ms)
    return () => clearTimeout(timer)
  },
}
