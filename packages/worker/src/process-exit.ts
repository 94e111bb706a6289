const cleanups = new Set<() => void>()

/**
 * Calls back when the process exits, and returns a function that prevents it.
 *
 * Covers the end of the program, `process.exit` and an uncaught error; no process can act when a signal that it does not handle
 * ends it.
 */
export function onProcessExit(cleanup: () => void): () => void {
  if (cleanups.size === 0) process.on('exit', cleanUpNow)
  cleanups.add(cleanup)
  return () => {
    cleanups.delete(cleanup)
    if (cleanups.size === 0) process.off('exit', cleanUpNow)
  }
}

/** Does at once what is to be done when the process exits. */
export function cleanUpNow(): void {
  for (const cleanup of cleanups) {
    try {
      cleanup()
    } catch {
      // The others must be cleaned up too, and nobody is left to tell.
    }
  }
}
