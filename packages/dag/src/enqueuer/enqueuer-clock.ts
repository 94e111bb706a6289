/** Tells the time and wakes up; given to an enqueuer, so that tests can move its time. It never compares it with a store's. */
export interface EnqueuerClock {
  /** Milliseconds since any fixed moment. */
  now(): number
  /** Calls back once, `ms` from now, unless the function that it returns is called before. */
  setTimeout(callback: () => void, ms: number): () => void
}

/** The time of this process, which no correction of the system's clock moves. */
export const processClock: EnqueuerClock = {
  now: () => performance.now(),
  setTimeout(callback, ms) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

/** Waits, until the time has passed or the signal aborts. Never rejects. */
export async function pause(clock: EnqueuerClock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    const end = () => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = clock.setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}
