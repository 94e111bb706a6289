import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type CliEnd, type CliOptions, CliProcess, runCli } from '../cli-process.ts'

/** A folder of its own for what a service and its clients keep, and the processes that use it; all ends with the test. */
export class TestService {
  readonly folder: string
  /** The environment of every process, in which no file of the user counts. */
  readonly env: NodeJS.ProcessEnv
  #url = ''

  private constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.folder = folder
    this.env = {
      XDG_CONFIG_HOME: folder,
      XDG_DATA_HOME: folder,
      STATE_DIRECTORY: undefined,
      SLUICE_TOKEN: undefined,
      SLUICE_SERVER: undefined,
      SLUICE_BACKEND: undefined,
      ...env,
    }
  }

  /** @param env What differs in the environment of the processes. */
  static async create(env: NodeJS.ProcessEnv = {}): Promise<TestService> {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-service-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
    return new TestService(folder, env)
  }

  get url(): string {
    return this.#url
  }

  /** Starts a server on a free port, and resolves once it listens. */
  async serve(...args: string[]): Promise<CliProcess> {
    const server = this.start(['serve', '--backend', 'memory', '--port', '0', ...args])
    const { url } = await server.untilLogged('the service is ready')
    this.#url = String(url)
    return server
  }

  /** Starts a worker of the server, and resolves once it is about to claim. */
  async work(...args: string[]): Promise<CliProcess> {
    const worker = this.start(['worker', '--server', this.#url, ...args])
    await worker.untilLogged('the worker starts')
    return worker
  }

  /** Starts a process; it is killed when the test ends. */
  start(args: readonly string[], options: CliOptions = {}): CliProcess {
    const process = new CliProcess(args, { ...options, env: { ...this.env, ...options.env } })
    onTestFinished(async () => {
      process.child.kill('SIGKILL')
      await process.end()
    })
    return process
  }

  /** Runs a client of the server to its end. */
  run(args: readonly string[], options: CliOptions = {}): Promise<CliEnd> {
    return runCli(args, { ...options, env: { ...this.env, SLUICE_SERVER: this.#url, ...options.env } })
  }

  /** Runs a client with `--json`, and returns what it printed. */
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it.
  async ask(...args: string[]): Promise<any> {
    const { stdout, stderr, exitCode } = await this.run([...args, '--json'])
    if (exitCode !== 0) throw new Error(`sluice ${args.join(' ')} ended with ${exitCode}: ${stderr}`)
    return JSON.parse(stdout)
  }

  /** Writes a workflow, and returns where. */
  async workflow(text: string, name = 'work.yml'): Promise<string> {
    const path = join(this.folder, name)
    await writeFile(path, text)
    return path
  }
}
