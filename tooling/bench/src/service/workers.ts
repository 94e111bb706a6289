import { withSideProcesses } from './side-processes.ts'

const MODULE = new URL('./worker-process.ts', import.meta.url)

/** For whom a worker works, and how many jobs it runs at once. */
export interface WorkerOrders {
  readonly where: { readonly store: string } | { readonly server: string }
  readonly concurrency: number
  /** What it offers; nothing by default. */
  readonly labels?: readonly string[]
}

/** When the handler of a job began and ended, in milliseconds on the clock that all processes share. */
export interface HandledJob {
  readonly jobId: string
  readonly startedAt: number
  readonly endedAt: number
}

/** Workers, each in a process of its own. */
export interface WorkersOptions extends WorkerOrders {
  readonly processes: number
  /** Hears of each job that the handler `stamp` has run. */
  readonly onHandled?: (handled: HandledJob) => void
}

/** Runs workers during a measurement, which begins once all of them have begun to claim. */
export function withWorkers<Value>(options: WorkersOptions, measure: () => Promise<Value>): Promise<Value> {
  const { processes, onHandled = () => {}, ...orders } = options
  return withSideProcesses(processes, { name: 'a worker', url: MODULE, orders, onMessage: onHandled }, measure)
}
