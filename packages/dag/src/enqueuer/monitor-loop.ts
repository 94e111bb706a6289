import type { Backend } from '@sluice/core'
import { type EnqueuerClock, pause } from './enqueuer-clock.ts'

/** What the active scheduler does for the whole store, and how often. Times are milliseconds. */
export interface MonitorOptions {
  /** Between two looks for expired leases. Defaults to 1 second. */
  readonly intervalMs?: number
  /** Between two removals of what is old. Defaults to 10 minutes. */
  readonly retentionIntervalMs?: number
  readonly retention?: RetentionOptions
}

/** For how long what has ended is kept, in milliseconds. */
export interface RetentionOptions {
  /** Runs. Defaults to 30 days. */
  readonly runsMs?: number
  /** The queue's jobs. Defaults to 7 days, and must be longer than any time without an active scheduler. */
  readonly jobsMs?: number
  /** Logs, from their last line on. Defaults to 30 days. */
  readonly logsMs?: number
  /** Workers that are offline. Defaults to 1 day. */
  readonly workersMs?: number
}

const DAY_MS = 24 * 60 * 60 * 1000

/** Reaps expired leases often and removes what is old rarely, until the signal aborts. */
export async function runMonitor(
  backend: Backend,
  options: MonitorOptions,
  { clock, signal, onError }: { clock: EnqueuerClock; signal: AbortSignal; onError: (error: unknown) => void },
): Promise<void> {
  const { intervalMs = 1000, retentionIntervalMs = 10 * 60 * 1000, retention = {} } = options
  let retainedAt = clock.now()
  while (!signal.aborted) {
    await backend.queue.reapExpiredLeases().catch(onError)
    if (clock.now() - retainedAt >= retentionIntervalMs) {
      retainedAt = clock.now()
      for (const removal of removals(backend, retention)) {
        if (!signal.aborted) await removal().catch(onError)
      }
    }
    await pause(clock, intervalMs, signal)
  }
}

function removals({ queue, workflows, logs, workers }: Backend, retention: RetentionOptions) {
  const { runsMs = 30 * DAY_MS, jobsMs = 7 * DAY_MS, logsMs = 30 * DAY_MS, workersMs = DAY_MS } = retention
  return [
    () => workflows.deleteRuns(runsMs),
    () => queue.purge(jobsMs),
    () => logs.purge(logsMs),
    () => workers.purge(workersMs),
  ]
}
