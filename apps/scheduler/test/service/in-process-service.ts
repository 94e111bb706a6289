import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Backend } from '@sluice/core'
import { createMemoryBackend } from '@sluice/queue-memory'
import { pino } from 'pino'
import { onTestFinished, vi } from 'vitest'
import { describeError } from '../../src/error-report.ts'
import { runProgram } from '../../src/program.ts'
import { type Service, type ServiceOptions, startService } from '../../src/service/start-service.ts'
import type { CliEnd } from '../cli-process.ts'

const NO_TOKENS = { find: async () => null, isEmpty: async () => true }

/** Takes what a command line prints in this process; standard output and error are its own until the test ends. */
class CapturedOutput {
  stdout = ''
  stderr = ''
  #onPrinted: (() => void)[] = []

  constructor() {
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      this.stdout += text
      for (const check of this.#onPrinted.splice(0)) check()
      return true
    })
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      this.stderr += text
      return true
    })
    onTestFinished(() => {
      vi.restoreAllMocks()
    })
  }

  async untilPrinted(text: string): Promise<void> {
    while (!this.stdout.includes(text)) await new Promise<void>((resolve) => this.#onPrinted.push(resolve))
  }
}

/** A service over a backend in memory, and command lines for it, all in this process; ends with the test. */
export class InProcessService {
  readonly folder: string
  readonly backend: Backend
  readonly #service: Service

  private constructor(folder: string, backend: Backend, service: Service) {
    this.folder = folder
    this.backend = backend
    this.#service = service
  }

  /** @param workers Jobs that run at once; 0 for none. */
  static async start(workers = 0, options: Partial<ServiceOptions> = {}): Promise<InProcessService> {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-service-'))
    vi.stubEnv('XDG_CONFIG_HOME', folder)
    const backend = options.backend ?? createMemoryBackend()
    const service = await startService({
      backend,
      logger: pino({ level: 'silent' }),
      scheduling: {},
      api: { host: '127.0.0.1', port: 0, tokens: NO_TOKENS },
      ...(workers > 0 ? { workers: { concurrency: workers, labels: [] } } : {}),
      ...options,
    })
    onTestFinished(async () => {
      await service.stop(0)
      await backend.close()
      vi.unstubAllEnvs()
      await rm(folder, { recursive: true, force: true })
    })
    return new InProcessService(folder, backend, service)
  }

  get url(): string {
    return this.#service.url ?? ''
  }

  /** Runs a command line for this service to its end. */
  async run(...args: string[]): Promise<CliEnd> {
    return this.start(...args).ended
  }

  /** Starts a command line for this service; one at a time. */
  start(...args: string[]) {
    const output = new CapturedOutput()
    const ended = runProgram([...args, '--server', this.url])
      .catch((error: unknown) => {
        const { text, exitCode } = describeError(error)
        output.stderr += text
        return exitCode
      })
      .then((exitCode): CliEnd => {
        const { stdout, stderr } = output
        vi.restoreAllMocks()
        return { exitCode, signal: null, stdout, stderr }
      })
    return { ended, untilPrinted: (text: string) => output.untilPrinted(text) }
  }

  /** Runs a command line with `--json`, and returns what it printed. */
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it.
  async ask(...args: string[]): Promise<any> {
    const { stdout, stderr, exitCode } = await this.run(...args, '--json')
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
