import { SideProcess } from './side-process.ts'

/** What a process of a benchmark runs. */
export interface SideModule<Message> {
  /** For errors. */
  readonly name: string
  /** Gets the orders as JSON in its first argument, and sends `ready` when it is. */
  readonly url: URL
  readonly orders: object
  /** Hears what else it sends. */
  readonly onMessage: (message: Message) => void
}

/** Runs so many processes of one module during a measurement, which begins once all of them are ready. */
export async function withSideProcesses<Value, Message>(
  count: number,
  { name, url, orders, onMessage }: SideModule<Message>,
  measure: () => Promise<Value>,
): Promise<Value> {
  const processes = Array.from({ length: count }, () => new SideProcess(name, url, [JSON.stringify(orders)]))
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
