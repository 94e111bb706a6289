import type { RunView } from './run-view.ts'

/** Prints each event as one line of JSON; warnings go to standard error. */
export function jsonView(write: (text: string) => void, writeError: (text: string) => void): RunView {
  return {
    show: (event) => write(`${JSON.stringify(event)}\n`),
    warn: (message) => writeError(`sluice: ${message}\n`),
    close: () => {},
  }
}
