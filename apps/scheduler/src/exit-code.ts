import { constants } from 'node:os'
import type { RunStatus } from '@sluice/core'

/** What the process ends with; documented in the README. */
export const EXIT = {
  succeeded: 0,
  failed: 1,
  /** Arguments or files that cannot be used as they are. */
  invalidInput: 2,
  /** A server or a store cannot be reached. */
  unavailable: 69,
  /** The scheduler itself could not go on. */
  defect: 70,
  /** The server does not allow it. */
  forbidden: 77,
} as const

/** The exit code of a process that a signal ended, as shells give it: 130 for SIGINT, 143 for SIGTERM. */
export function signalExitCode(signal: string): number {
  return 128 + (constants.signals[signal as NodeJS.Signals] ?? 0)
}

/** The exit code of a run. A run that ended before the signal could cancel it counts as it ended. */
export function runExitCode(status: RunStatus, interruptedBy: string | undefined): number {
  if (status === 'succeeded') return EXIT.succeeded
  if (status === 'cancelled' && interruptedBy) return signalExitCode(interruptedBy)
  return EXIT.failed
}
