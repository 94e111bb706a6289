import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Backend, JobRecord, RunJob, RunSummary } from '@sluice/core'
import { DependencyEnqueuer, parseWorkflow } from '@sluice/dag'
import { createMemoryBackend } from '@sluice/queue-memory'
import type { TokenStore } from '../api/auth/token-store.ts'
import { createApp } from '../api/create-app.ts'
import { type ApiServer, serveApi } from '../api/serve-api.ts'
import { FaultInjection } from './fault-injection.ts'

/** How to check a worker. */
export interface ConformanceOptions {
  /** The program to start, and its arguments. */
  readonly command: readonly string[]
  /** How long leases are to last, told in `SLUICE_LEASE_TTL_MS`. Defaults to 3,000. */
  readonly leaseTtlMs?: number
  /** How long to wait for what must come, in milliseconds. Defaults to 20,000. */
  readonly patienceMs?: number
}

/** What jobs of the checks require, so that only a worker that offers its labels gets them. */
const LABEL = 'conformance'

/** How often to look whether what must come has come, in milliseconds. */
const LOOK_EVERY_MS = 20

/** A worker, a server of its own, and what checks do with them. */
export class ConformanceBench {
  readonly leaseTtlMs: number
  readonly faults = new FaultInjection()
  readonly backend: Backend = createMemoryBackend()
  readonly #patienceMs: number
  readonly #enqueuer: DependencyEnqueuer
  readonly #stopping = new AbortController()
  #server: ApiServer | undefined
  #worker: ChildProcess | undefined

  private constructor({ leaseTtlMs = 3000, patienceMs = 20_000 }: ConformanceOptions) {
    this.leaseTtlMs = leaseTtlMs
    this.#patienceMs = patienceMs
    this.#enqueuer = new DependencyEnqueuer({ backend: this.backend, monitor: { intervalMs: 100 } })
  }

  /** Starts a server and the worker. */
  static async open(options: ConformanceOptions): Promise<ConformanceBench> {
    const bench = new ConformanceBench(options)
    const token = randomBytes(16).toString('hex')
    const caller = { name: 'worker', roles: ['worker'] } as const
    const tokens: TokenStore = { find: async (given) => (given === token ? caller : null), isEmpty: async () => false }
    await bench.#enqueuer.start()
    const app = createApp(bench.backend, { enqueuer: bench.#enqueuer, tokens, signal: bench.#stopping.signal })
    bench.#server = await serveApi(
      { fetch: bench.faults.around((request, env) => app.fetch(request, env)) },
      { host: '127.0.0.1', port: 0, tokens },
    )
    bench.#startWorker(options.command, token)
    return bench
  }

  /** Ends the worker, in whatever state it is, and the server. */
  async close(): Promise<void> {
    if (this.isWorkerAlive) {
      this.#worker?.kill('SIGKILL')
      await this.workerExit()
    }
    this.#stopping.abort()
    await this.#server?.close(0)
    await this.#enqueuer.close()
    await this.backend.close()
  }

  get isWorkerAlive(): boolean {
    return this.#worker?.exitCode === null && this.#worker.signalCode === null
  }

  /** Asks the worker to stop. */
  stopWorker(): void {
    this.#worker?.kill('SIGTERM')
  }

  /** Resolves when the worker has exited. */
  async workerExit(): Promise<void> {
    if (this.#worker && this.isWorkerAlive) await once(this.#worker, 'exit')
  }

  /** Starts a run of jobs that only the worker can run. */
  async startRun(jobs: Readonly<Record<string, object>>): Promise<string> {
    const labelled = Object.entries(jobs).map(([id, job]) => [id, { labels: LABEL, ...job }])
    const workflow = parseWorkflow(JSON.stringify({ jobs: Object.fromEntries(labelled) }))
    return (await this.#enqueuer.startRun(workflow)).runId
  }

  async cancelRun(runId: string): Promise<void> {
    await this.#enqueuer.cancelRun(runId)
  }

  /** Waits for the end of a run, which must not be later than patience allows. */
  async runEnds(runId: string): Promise<RunSummary> {
    const signal = AbortSignal.timeout(this.#patienceMs)
    try {
      return await this.#enqueuer.waitForRun(runId, { signal })
    } catch (error) {
      if (!signal.aborted) throw error
      const { jobs } = await this.backend.workflows.listRunJobs(runId)
      const states = jobs.map(({ jobId, state, attempt }) => `"${jobId}" is ${state}, attempt ${attempt ?? 0}`)
      throw new Error(`the run did not end within ${this.#patienceMs} ms: ${states.join('; ')}`)
    }
  }

  /** What the run knows of one of its jobs. */
  async jobOf(runId: string, jobId: string): Promise<RunJob> {
    const { jobs } = await this.backend.workflows.listRunJobs(runId)
    return jobs.find((job) => job.jobId === jobId) as RunJob
  }

  /** What the queue knows of a job of a run. */
  async queuedJobOf(runId: string, jobId: string): Promise<JobRecord | null> {
    return this.backend.queue.getJob(runId, jobId)
  }

  /** All that a job printed. */
  async logOf(runId: string, jobId: string): Promise<string> {
    const pieces: string[] = []
    for (let from = 0; ; ) {
      const { chunks, next } = await this.backend.logs.read({ workflowId: runId, jobId }, { from, limit: 1000 })
      if (chunks.length === 0) return pieces.join('')
      pieces.push(...chunks.map(({ text }) => text))
      from = next
    }
  }

  /** Waits until something is so; fails with what was waited for where patience ends. */
  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const end = performance.now() + this.#patienceMs
    while (!(await isSo())) {
      if (performance.now() > end) throw new Error(`waited ${this.#patienceMs} ms in vain: ${what}`)
      await sleep(LOOK_EVERY_MS)
    }
  }

  #startWorker([program = '', ...args]: readonly string[], token: string): void {
    const env = {
      ...process.env,
      SLUICE_URL: this.#server?.url,
      SLUICE_SERVER: this.#server?.url,
      SLUICE_TOKEN: token,
      SLUICE_LABELS: LABEL,
      SLUICE_LEASE_TTL_MS: String(this.leaseTtlMs),
    }
    // What the worker says is for whoever writes it, and not a part of the report.
    this.#worker = spawn(program, args, { env, stdio: ['ignore', 2, 2] })
    this.#worker.on('error', () => {})
  }
}
