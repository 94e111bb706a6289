import { SideProcess } from './side-process.ts'

const MODULE = new URL('./worker-process.ts', import.meta.url)

/** For whom a worker works, and how many jobs it runs at once. */
export interface WorkerOrders {
  readonly where: { readonly store: string } | { readonly server: string }
  readonly concurrency: number
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

/** Runs workers during a measurement, which begins once all of them claim. */
export function withWorkers<Value>(options: WorkersOptions, measure: () => Promise<Value>): Promise<Value> {
  const { processes, onHandled = () => {}, ...orders } = options
  return withSideProcesses(processes, 'a worker', MODULE, orders, onHandled, measure)
}

/**
 * Runs processes of one module during a measurement.
 *
 * Each gets the orders as JSON, says `ready` when it is, and may send other messages then.
 */
export async function withSideProcesses<Value, Message>(
  count: number,
  name: string,
  module: URL,
  orders: object,
  onMessage: (message: Message) => void,
  measure: () => Promise<Value>,
): Promise<Value> {
  const processes = Array.from({ length: count }, () => new SideProcess(name, module, [JSON.stringify(orders)]))
  try {
    await Promise.all(processes.map((process) => process.during(untilReady(process, onMessage))))
    return await processes.reduce((measured, process) => process.during(measured), measure())
  } finally {
    await Promise.all(processes.map((process) => process.stop()))
  }
}

function untilReady<Message>(process: SideProcess, onMessage: (message: Message) => void): Promise<void> {
  return new Promise((resolve) => {
    process.onMessage<Message | 'ready'>((message) => {
      if (message === 'ready') resolve()
      else onMessage(message as Message)
    })
  })
}
