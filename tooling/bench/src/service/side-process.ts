import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const END_WITH_PARENT = new URL('./end-with-parent.ts', import.meta.url).href
/** How long a process may take to stop; one that takes longer is killed, and the benchmark fails. */
const STOP_MS = 15_000
/** How much of what a process wrote is kept for the error that tells of its end. */
const KEPT_CHARACTERS = 4000

/** A process of Node beside that of the benchmark. It ends with it, whatever happens. */
export class SideProcess {
  readonly #name: string
  readonly #child: ChildProcess
  readonly #exited: Promise<void>
  #isStopping = false
  #written = ''

  /** @param env What differs in its environment. */
  constructor(name: string, module: URL, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#name = name
    this.#child = fork(fileURLToPath(module), args, {
      env: { ...process.env, ...env },
      execArgv: ['--import', END_WITH_PARENT],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#exited = once(this.#child, 'exit').then(() => {})
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#written = (this.#written + text).slice(-KEPT_CHARACTERS)
    })
  }

  /** Hears every message that the process sends. */
  onMessage<Message>(listener: (message: Message) => void): void {
    this.#child.on('message', (message) => listener(message as Message))
  }

  /** Hears every piece of what the process writes to its standard error. */
  onWritten(listener: (text: string) => void): void {
    this.#child.stderr?.on('data', listener)
  }

  /** Resolves as the promise does, and rejects where the process ends before. */
  async during<Value>(promise: Promise<Value>): Promise<Value> {
    const ended = this.#exited.then((): never => {
      if (this.#isStopping) throw new Error(`${this.#name} was stopped too soon`)
      throw new Error(`${this.#name} ended by itself:\n${this.#written}`)
    })
    return Promise.race([promise, ended])
  }

  /** Tells the process to stop, and resolves once it has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#child.kill('SIGTERM')
    let wasKilled = false
    const timer = setTimeout(() => {
      wasKilled = this.#child.kill('SIGKILL')
    }, STOP_MS)
    await this.#exited
    clearTimeout(timer)
    if (wasKilled) throw new Error(`${this.#name} did not stop within ${STOP_MS} ms:\n${this.#written}`)
  }
}
