const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

/**
 * Calls back once after a delay of any length, and returns a function that prevents it.
 *
 * Unlike `setTimeout`, which fires at once for more than 24.8 days. `Infinity` never calls back.
 */
export function startTimer(delayMs: number, callback: () => void): () => void {
  if (delayMs <= LONGEST_TIMEOUT_MS) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  }
  let cancel = () => {}
  const timer = setTimeout(() => {
    cancel = startTimer(delayMs - LONGEST_TIMEOUT_MS, callback)
  }, LONGEST_TIMEOUT_MS)
  cancel = () => clearTimeout(timer)
  return () => cancel()
}

/** Waits so long, or until the signal aborts. */
export function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = () => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = startTimer(delayMs, end)
    signal.addEventListener('abort', end)
  })
}
