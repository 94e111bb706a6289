import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { sourceFlags } from '@sluice-tooling/services'

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url))

/** What starts the command line from its source, without a build. */
export const CLI_COMMAND = [process.execPath, ...sourceFlags, '--disable-warning=ExperimentalWarning', cli]

/** The environment of people at a terminal, without colours. */
export const CLI_ENV: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, CI: undefined }

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url))

/** How a command line ended. */
export interface CliEnd {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** What a command line gets. */
export interface CliOptions {
  /** Its standard input; empty by default. */
  readonly input?: string
  /** Variables that differ from `CLI_ENV`. */
  readonly env?: NodeJS.ProcessEnv
}

/** A command line that runs in the folder of the fixtures. */
export class CliProcess {
  readonly child: ChildProcess
  readonly #closed: Promise<[number | null, NodeJS.Signals | null]>
  #stdout = ''
  #stderr = ''
  readonly #waiting = new Set<() => void>()

  constructor(args: readonly string[], { input, env = {} }: CliOptions = {}) {
    const [node = '', ...nodeArgs] = CLI_COMMAND
    this.child = spawn(node, [...nodeArgs, ...args], { cwd: fixtures, env: { ...CLI_ENV, ...env } })
    this.child.stdin?.end(input)
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
      for (const check of this.#waiting) check()
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
      for (const check of this.#waiting) check()
    })
    this.#closed = once(this.child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  }

  /** Resolves once standard output has a text. */
  async untilPrinted(text: string): Promise<void> {
    await this.#until(() => this.#stdout.includes(text) || undefined)
  }

  /** Resolves with the first entry of its log with this message; rejects if the process ends without. */
  async untilLogged(message: string): Promise<Readonly<Record<string, unknown>>> {
    const find = () => {
      const line = this.#stderr.split('\n').find((text) => text.includes(`"msg":${JSON.stringify(message)}`))
      return line === undefined ? undefined : JSON.parse(line)
    }
    const ended = this.#closed.then(() => {
      throw new Error(`the process ended without "${message}":\n${this.#stderr}`)
    })
    return Promise.race([this.#until(find), ended])
  }

  #until<Found>(find: () => Found | undefined): Promise<Found> {
    return new Promise((resolve) => {
      const check = () => {
        const found = find()
        if (found === undefined) return
        this.#waiting.delete(check)
        resolve(found)
      }
      this.#waiting.add(check)
      check()
    })
  }

  async end(): Promise<CliEnd> {
    const [exitCode, signal] = await this.#closed
    return { exitCode, signal, stdout: this.#stdout, stderr: this.#stderr }
  }
}

/** Runs a command line to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliEnd> {
  return new CliProcess(args, options).end()
}

/** The living processes whose command line has a text. */
export function livingProcesses(text: string): string[] {
  const processes = execFileSync('ps', ['-A', '-o', 'stat=,args='], { encoding: 'utf8' })
  return processes.split('\n').filter((line) => line.includes(text) && !line.startsWith('Z'))
}

/** Resolves once no such process lives. No event tells of the end of a process that is not a child. */
export async function untilGone(text: string): Promise<void> {
  while (livingProcesses(text).length > 0) await new Promise((resolve) => setTimeout(resolve, 20))
}
