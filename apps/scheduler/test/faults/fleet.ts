import { once } from 'node:events'
import type { CliProcess } from '../cli-process.ts'
import { TestService } from '../service/test-service.ts'

/** Times that are short, so that a test sees a takeover soon. */
const TIMES = { schedulingTtl: '3s', reconcileEvery: '3s', leaseTtl: '3s' }

/** One process of a fleet, which can be replaced by another like it. */
export class Member {
  readonly name: string
  readonly #start: () => CliProcess
  #process: CliProcess

  constructor(name: string, process: CliProcess, start: () => CliProcess) {
    this.name = name
    this.#start = start
    this.#process = process
  }

  get process(): CliProcess {
    return this.#process
  }

  /** Kills the process without warning, and starts another in its place. */
  async replace(): Promise<void> {
    const { child } = this.#process
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    this.#process = this.#start()
  }
}

/** A process that serves the API and takes part in scheduling. */
export class Server extends Member {
  readonly url: string

  constructor(name: string, process: CliProcess, start: () => CliProcess, url: string) {
    super(name, process, start)
    this.url = url
  }
}

/** Servers and workers over one backend, each in a process of its own; they end with the test. */
export class Fleet {
  readonly service: TestService
  readonly members: Member[] = []
  readonly #backend: string

  private constructor(service: TestService, backend: string) {
    this.service = service
    this.#backend = backend
  }

  /** @param env What differs in the environment of the processes. */
  static async create(backend: string, env: NodeJS.ProcessEnv = {}): Promise<Fleet> {
    return new Fleet(await TestService.create(env), backend)
  }

  /** Adds a server, which keeps its port when it is replaced; resolves once it is ready. */
  async addServer(...args: string[]): Promise<Server> {
    const times = ['--scheduling-ttl', TIMES.schedulingTtl, '--reconcile-every', TIMES.reconcileEvery]
    const start = (port: string) =>
      this.service.start(['serve', '--backend', this.#backend, '--port', port, ...times, ...args])
    const first = start('0')
    const { url } = await first.untilLogged('the service is ready')
    const { port } = new URL(String(url))
    const server = new Server(`the server on port ${port}`, first, () => start(port), String(url))
    this.members.push(server)
    return server
  }

  /** Adds a worker on the backend itself, or of a server; resolves once it is about to claim. */
  async addWorker({ server, args = [] }: { readonly server?: string; readonly args?: readonly string[] } = {}) {
    const where = server === undefined ? ['--backend', this.#backend] : ['--server', server]
    const command = ['worker', ...where, '--lease-ttl', TIMES.leaseTtl, '--concurrency', '4', ...args]
    const start = () => this.service.start(command)
    const process = start()
    await process.untilLogged('the worker starts')
    const worker = new Member(`worker ${this.members.length} on ${where[1]}`, process, start)
    this.members.push(worker)
    return worker
  }
}
