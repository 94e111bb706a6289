import type {
  QueueStats,
  RunJob,
  RunJobPage,
  RunJobState,
  RunPage,
  RunStatus,
  RunSummary,
  StoredLogChunk,
  WorkerRecord,
} from '@sluice/core'
import type { Explanation, RetryOptions, Workflow } from '@sluice/dag'
import { type ApiClient, pathPart } from './api-client.ts'
import { type EventStreamOptions, followEvents } from './event-stream.ts'

/** What to run. */
export interface RunRequest {
  /** The text of a workflow file. */
  readonly workflow: string
  /** What the file is called. */
  readonly file: string
  readonly inputs?: Readonly<Record<string, string>>
  readonly runId?: string
}

/** What a server tells of itself. */
export interface ServerInfo {
  readonly version: string
  readonly backend: string
  readonly durable: boolean
  readonly multiProcess: boolean
  readonly isScheduling: boolean
  /** Milliseconds since the epoch on the server's clock. */
  readonly now: number
}

/** A piece of a job's log, as the server tells it. */
export type LogPiece = Omit<StoredLogChunk, 'workflowId' | 'jobId'>

/** What happened in a run: jobs that changed, or what the run has come to. */
export type RunEventMessage =
  | { readonly type: 'jobs'; readonly jobs: readonly RunJob[] }
  | { readonly type: 'run'; readonly run: RunSummary }

/** Which job's log is wanted. */
export interface LogAddress {
  readonly runId: string
  readonly jobId: string
  /** Defaults to the run's attempt in which the job ran last. */
  readonly runAttempt?: number
}

const PAGE_SIZE = 1000

/** The runs, logs and workers of a server, by its HTTP API. */
export class ServiceClient {
  readonly #client: ApiClient

  constructor(client: ApiClient) {
    this.#client = client
  }

  serverInfo(): Promise<ServerInfo> {
    return this.#client.request({ path: '/v1/server' })
  }

  queueStats(): Promise<QueueStats> {
    return this.#client.request({ path: '/v1/stats' })
  }

  startRun(request: RunRequest, idempotencyKey?: string): Promise<RunSummary> {
    const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
    return this.#client.request({ method: 'POST', path: '/v1/runs', json: request, headers })
  }

  getRun(runId: string): Promise<RunSummary> {
    return this.#client.request({ path: runPath(runId) })
  }

  getWorkflow(runId: string): Promise<Workflow> {
    return this.#client.request({ path: `${runPath(runId)}/workflow` })
  }

  /** Lists at most so many runs, newest first. */
  async listRuns(limit: number, statuses: readonly RunStatus[] = []): Promise<readonly RunSummary[]> {
    const runs: RunSummary[] = []
    let cursor: string | undefined
    do {
      const query = { status: statuses, limit: Math.min(limit - runs.length, PAGE_SIZE), cursor }
      const page: RunPage = await this.#client.request({ path: '/v1/runs', query })
      runs.push(...page.runs)
      cursor = page.nextCursor
    } while (cursor !== undefined && runs.length < limit)
    return runs
  }

  /** Yields the jobs of a run page by page, in the order of its workflow. */
  async *listRunJobs(runId: string, states: readonly RunJobState[] = []): AsyncGenerator<RunJob, void> {
    let cursor: string | undefined
    do {
      const query = { state: states, limit: PAGE_SIZE, cursor }
      const page: RunJobPage = await this.#client.request({ path: `${runPath(runId)}/jobs`, query })
      yield* page.jobs
      cursor = page.nextCursor
    } while (cursor !== undefined)
  }

  /** Lists all jobs of a run that are in one of the states; in any by default. */
  async allRunJobs(runId: string, states?: readonly RunJobState[]): Promise<readonly RunJob[]> {
    const jobs: RunJob[] = []
    for await (const job of this.listRunJobs(runId, states)) jobs.push(job)
    return jobs
  }

  cancelRun(runId: string): Promise<RunSummary> {
    return this.#client.request({ method: 'POST', path: `${runPath(runId)}/cancel` })
  }

  cancelJob(runId: string, jobId: string): Promise<RunJob> {
    return this.#client.request({ method: 'POST', path: `${jobPath(runId, jobId)}/cancel` })
  }

  retryRun(runId: string, options: RetryOptions): Promise<RunSummary> {
    return this.#client.request({ method: 'POST', path: `${runPath(runId)}/retry`, json: options })
  }

  explain(runId: string, jobId: string): Promise<Explanation> {
    return this.#client.request({ path: `${jobPath(runId, jobId)}/explain` })
  }

  async listWorkers(): Promise<readonly WorkerRecord[]> {
    return (await this.#client.request<{ readonly workers: readonly WorkerRecord[] }>({ path: '/v1/workers' })).workers
  }

  /** Yields what changes in a run, beginning with all of its jobs, until it has ended. */
  async *watchRun(runId: string, options?: EventStreamOptions): AsyncGenerator<RunEventMessage, void> {
    for await (const { type, data } of followEvents(this.#client, { path: `${runPath(runId)}/events` }, options)) {
      if (type === 'jobs') yield { type, jobs: (data as { readonly jobs: readonly RunJob[] }).jobs }
      else if (type === 'run') yield { type, run: data as RunSummary }
    }
  }

  /** Yields the log of a job as far as it is stored. */
  async *readLog(address: LogAddress): AsyncGenerator<LogPiece, void> {
    let from = 0
    for (;;) {
      const query = { from, limit: PAGE_SIZE, runAttempt: address.runAttempt }
      const page = await this.#client.request<{ readonly chunks: readonly LogPiece[]; readonly next: number }>({
        path: logPath(address),
        query,
      })
      yield* page.chunks
      if (page.chunks.length === 0) return
      from = page.next
    }
  }

  /** Yields the log of a job until the job has ended. */
  async *followLog(address: LogAddress, options?: EventStreamOptions): AsyncGenerator<LogPiece, void> {
    const request = { path: logPath(address), query: { runAttempt: address.runAttempt } }
    for await (const { type, data } of followEvents(this.#client, request, options)) {
      if (type === 'log') yield data as LogPiece
    }
  }
}

function runPath(runId: string): string {
  return `/v1/runs/${pathPart(runId)}`
}

function jobPath(runId: string, jobId: string): string {
  return `${runPath(runId)}/jobs/${pathPart(jobId)}`
}

function logPath({ runId, jobId }: LogAddress): string {
  return `${jobPath(runId, jobId)}/log`
}
