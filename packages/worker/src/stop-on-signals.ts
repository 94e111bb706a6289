import { cleanUpNow } from './process-exit.ts'
import type { StopOptions, Worker } from './worker.ts'

/** Which signals stop a worker, and how long its jobs may go on. */
export interface StopOnSignalsOptions extends StopOptions {
  /** Defaults to SIGTERM and SIGINT. */
  readonly signals?: readonly NodeJS.Signals[]
}

/**
 * Stops a worker when the process is asked to end; a second signal kills its commands and the process at once.
 *
 * Returns a function that takes the handlers off, which also happens when the worker has stopped. The process then ends by itself
 * once nothing else keeps it alive.
 */
export function stopOnSignals(
  worker: Pick<Worker, 'stop' | 'closed'>,
  { signals = ['SIGTERM', 'SIGINT'], ...options }: StopOnSignalsOptions = {},
): () => void {
  let isStopping = false
  const onSignal = (signal: NodeJS.Signals) => {
    if (!isStopping) {
      isStopping = true
      void worker.stop(options)
      return
    }
    remove()
    cleanUpNow()
    process.kill(process.pid, signal)
  }
  const remove = () => {
    for (const signal of signals) process.off(signal, onSignal)
  }
  for (const signal of signals) process.on(signal, onSignal)
  void worker.closed.then(remove)
  return remove
}
