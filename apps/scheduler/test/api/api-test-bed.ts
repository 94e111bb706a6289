import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Backend, ClaimedJob, ClaimManyOptions, JobQueue, RunSummary } from '@sluice/core'
import { DependencyEnqueuer } from '@sluice/dag'
import { createMemoryBackend, ManualClock } from '@sluice/queue-memory'
import { type EventSourceMessage, EventSourceParserStream } from 'eventsource-parser/stream'
import { onTestFinished } from 'vitest'
import type { Caller } from '../../src/api/auth/caller.ts'
import type { Role } from '../../src/api/auth/role.ts'
import type { TokenStore } from '../../src/api/auth/token-store.ts'
import { type App, type AppOptions, createApp } from '../../src/api/create-app.ts'

/** A request, as tests write it. */
export interface TestRequest {
  readonly method?: string
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** An answer whose body was read as JSON. */
export interface TestAnswer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it.
  readonly body: any
}

export const NO_TOKENS: TokenStore = { find: async () => null, isEmpty: async () => true }

/** Tokens that are called as their roles. */
export function tokensNamed(callers: Readonly<Record<string, readonly Role[]>>): TokenStore {
  const known = new Map(Object.entries(callers).map(([name, roles]): [string, Caller] => [name, { name, roles }]))
  return { find: async (token) => known.get(token) ?? null, isEmpty: async () => known.size === 0 }
}

/** The API over a backend in memory, whose clock stands still; all is closed when the test ends. */
export class ApiTestBed {
  readonly clock = new ManualClock()
  readonly backend: Backend
  readonly enqueuer: DependencyEnqueuer
  readonly app: App
  /** Ends streams and waiting claims, as a server that stops does. */
  readonly stopping = new AbortController()
  /** What nobody foresaw. */
  readonly errors: unknown[] = []

  #waitingClaims = 0

  private constructor(options: Partial<AppOptions>, backend?: Backend) {
    this.backend = backend ?? createMemoryBackend({ clock: this.clock })
    this.#countWaitingClaims(this.backend.queue)
    this.enqueuer = new DependencyEnqueuer({ backend: this.backend, clock: this.clock })
    this.app = createApp(this.backend, {
      enqueuer: this.enqueuer,
      tokens: NO_TOKENS,
      isLocal: true,
      signal: this.stopping.signal,
      onError: (error) => this.errors.push(error),
      ...options,
    })
  }

  static async open(options: Partial<AppOptions> = {}, backend?: Backend): Promise<ApiTestBed> {
    const bed = new ApiTestBed(options, backend)
    await bed.enqueuer.start()
    onTestFinished(async () => {
      bed.stopping.abort()
      await bed.enqueuer.close()
      await bed.backend.close()
    })
    return bed
  }

  /** Sends a request, with a body as a POST. */
  async send(path: string, { method, json, headers = {}, signal }: TestRequest = {}): Promise<Response> {
    return this.app.request(`http://localhost${path}`, {
      method: method ?? (json === undefined ? 'GET' : 'POST'),
      headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(json === undefined ? {} : { body: typeof json === 'string' ? json : JSON.stringify(json) }),
      ...(signal ? { signal } : {}),
    })
  }

  /** Sends a request and reads the answer. */
  async ask(path: string, request: TestRequest = {}): Promise<TestAnswer> {
    const response = await this.send(path, request)
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
  }

  /** Starts a run of a workflow in YAML, and returns its id. */
  async startRun(workflow: string, runId = 'run'): Promise<string> {
    await this.ask('/v1/runs', { json: { workflow, runId } })
    return runId
  }

  /** Waits until a run is as wanted. */
  async runReaches(runId: string, isReached: (run: RunSummary) => boolean): Promise<void> {
    for await (const { run } of this.enqueuer.watchRun(runId)) if (isReached(run)) return
    throw new Error(`run ${runId} ended otherwise`)
  }

  /** Claims the next job over HTTP, which must be there. */
  async claim(): Promise<ClaimedJob> {
    const { body } = await this.ask('/v1/claims', { json: { workerId: 'w1', labels: [], leaseTtlMs: 60_000 } })
    return body.jobs[0]
  }

  /** Completes the next job over HTTP. */
  async completeNext(outputs: Readonly<Record<string, string>> = {}): Promise<void> {
    const { lease } = await this.claim()
    await this.ask(`/v1/leases/${lease.leaseId}/complete`, { json: { outputs } })
  }

  /** Waits until so many claims that may wait have come to the queue. */
  async waitingClaims(count: number): Promise<void> {
    while (this.#waitingClaims < count) await nextTurn()
  }

  /** Opens a stream of events, closed when the test ends. */
  async events(path: string, headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
    const response = await this.send(path, { headers: { accept: 'text/event-stream', ...headers } })
    if (response.status !== 200 || response.body === null)
      throw new Error(`${response.status}: ${await response.text()}`)
    const reader = new EventReader(response.body)
    onTestFinished(() => reader.close())
    return reader
  }

  #countWaitingClaims(queue: JobQueue): void {
    const claimMany = queue.claimMany.bind(queue)
    Object.assign(queue, {
      claimMany: (options: ClaimManyOptions) => {
        if ((options.waitMs ?? 0) > 0) this.#waitingClaims++
        return claimMany(options)
      },
    })
  }
}

/** An event with its data read as JSON. */
export interface TestEvent {
  readonly event: string | undefined
  readonly id: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it.
  readonly data: any
}

/** Reads a stream of Server-Sent Events one by one. */
export class EventReader {
  readonly #reader: ReadableStreamDefaultReader<EventSourceMessage>

  constructor(body: ReadableStream<Uint8Array>) {
    const text = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    this.#reader = text.pipeThrough(new EventSourceParserStream()).getReader()
  }

  /** The next event; `null` at the end of the stream. */
  async next(): Promise<TestEvent | null> {
    const { done, value } = await this.#reader.read()
    return done ? null : { event: value.event, id: value.id, data: JSON.parse(value.data) }
  }

  /** All events up to the end of the stream. */
  async rest(): Promise<TestEvent[]> {
    const events: TestEvent[] = []
    for (let event = await this.next(); event !== null; event = await this.next()) events.push(event)
    return events
  }

  async close(): Promise<void> {
    await this.#reader.cancel()
  }
}
