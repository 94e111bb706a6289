import { signalExitCode } from './exit-code.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What asks the process to stop: a signal, or that nobody reads its output any more, which counts as SIGPIPE. */
export interface Interruptions extends Disposable {
  /** Aborts at the first one; its reason is the name of the signal. */
  readonly signal: AbortSignal
}

/** Listens for interruptions. The first one aborts the signal; a second signal ends the process at once. */
export function listenForInterruptions(): Interruptions {
  const controller = new AbortController()
  const onSignal = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(signalExitCode(signal))
    controller.abort(signal)
  }
  const onOutputLost = () => controller.abort('SIGPIPE')
  for (const signal of SIGNALS) process.on(signal, onSignal)
  process.stdout.on('error', onOutputLost)
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, onSignal)
      process.stdout.off('error', onOutputLost)
    },
  }
}
