import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { guardCharge } from './guard.ts'
import type { SystemUser } from './system-user.ts'

/** How to run a server, and how to tell that it serves. */
export interface ServerCommand {
  readonly name: string
  readonly file: string
  readonly args: readonly string[]
  readonly folder: string
  /** What the server prints once it serves. */
  readonly readyText: string
  /** The signal that ends the server fast and leaves nothing behind. */
  readonly endSignal: NodeJS.Signals
  readonly user?: SystemUser | undefined
  readonly env?: NodeJS.ProcessEnv
}

/** The port that a server was to listen on is taken. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError'
}

const startTimeoutMs = 60_000
const logLimit = 20_000

/** A server that runs as a child, and does not outlive this process. */
export class ServerProcess {
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  readonly #unguard: () => void

  private constructor(child: ChildProcess, unguard: () => void) {
    this.#child = child
    this.#unguard = unguard
    this.#exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve()
  }

  /**
   * Starts a server and resolves once it serves.
   *
   * @throws {PortTakenError} when another process listens on its port.
   */
  static async start(command: ServerCommand): Promise<ServerProcess> {
    const child = spawn(command.file, command.args, {
      cwd: command.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, LC_ALL: 'C', ...command.env },
      ...command.user,
    })
    // Without a pid the command could not be run, which `untilReady` reports.
    const unguard = child.pid === undefined ? () => {} : guardCharge({ pid: child.pid, signal: command.endSignal })
    try {
      await untilReady(child, command)
    } catch (error) {
      child.kill('SIGKILL')
      unguard()
      throw error
    }
    for (const handle of [child, child.stdout as Socket, child.stderr as Socket]) handle.unref()
    return new ServerProcess(child, unguard)
  }

  /** Sends a signal that ends the server, and resolves once it has ended. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    this.#child.ref()
    this.#child.kill(signal)
    await this.#exited
    this.#unguard()
  }
}

/** Starts a server on a free port: on another when somebody was faster. */
export async function startOnFreePort<Server>(
  findPort: () => Promise<number>,
  start: (port: number) => Promise<Server>,
): Promise<Server> {
  for (;;) {
    try {
      return await start(await findPort())
    } catch (error) {
      if (!(error instanceof PortTakenError)) throw error
    }
  }
}

function untilReady(child: ChildProcess, { name, file, readyText }: ServerCommand): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    const fail = (what: string) => {
      clearTimeout(timer)
      const failure = /address already in use/i.test(log) ? PortTakenError : Error
      reject(new failure(`${name} (${file}) ${what}. It printed:\n${log}`))
    }
    const timer = setTimeout(() => fail(`does not serve after ${startTimeoutMs} ms`), startTimeoutMs)
    const read = (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-logLimit)
      if (!log.includes(readyText)) return
      clearTimeout(timer)
      resolve()
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('error', (error) => fail(`cannot be run: ${error.message}`))
    child.once('close', (code, signal) => fail(`ended with ${signal ?? `code ${code}`} before it served`))
  })
}
