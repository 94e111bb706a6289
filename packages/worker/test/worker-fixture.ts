import {
  type Backend,
  BackendUnavailableError,
  type ClaimedJob,
  type JobQueue,
  type JobRecord,
  type LogStore,
  type QueuedJob,
  type WorkerRegistry,
} from '@sluice/core'
import { createMemoryBackend } from '@sluice/queue-memory'
import { onTestFinished } from 'vitest'
import {
  type AttemptOutcome,
  createWorker,
  type LogOutput,
  type Worker,
  type WorkerHooks,
  type WorkerOptions,
} from '../src/index.ts'

type Method = keyof JobQueue | keyof LogStore | keyof WorkerRegistry

/** What a store does with its next calls of a method. */
export interface Fault {
  /** `refuse`: the call fails and does nothing. `loseReply`: it takes effect and fails all the same. */
  readonly kind: 'refuse' | 'loseReply'
  readonly error: Error
  times: number
}

/** Replies that are kept back. */
export class Hold {
  readonly #held = Promise.withResolvers<void>()
  readonly #free = Promise.withResolvers<void>()

  /** Resolves once there is a reply to keep back. */
  untilHeld(): Promise<void> {
    return this.#held.promise
  }

  letGo(): void {
    this.#free.resolve()
  }

  async keep<Reply>(reply: Reply): Promise<Reply> {
    this.#held.resolve()
    await this.#free.promise
    return reply
  }
}

/** A memory backend whose calls can be made to fail, and are counted. */
export class FaultyBackend {
  readonly #faults = new Map<Method, Fault>()
  readonly #holds = new Map<Method, Hold>()
  readonly calls: { readonly method: Method; readonly at: number }[] = []
  readonly backend: Backend
  readonly queue: JobQueue

  constructor() {
    const backend = createMemoryBackend()
    this.queue = backend.queue
    const watched = { logs: this.#watch(backend.logs), workers: this.#watch(backend.workers) }
    this.backend = {
      ...watched,
      queue: this.#watch(backend.queue),
      name: 'memory',
      workflows: backend.workflows,
      close: () => backend.close(),
    }
    onTestFinished(() => backend.close())
  }

  /** Makes the next calls of a method fail, as an unavailable store does. */
  fail(method: Method, times = Number.POSITIVE_INFINITY, kind: Fault['kind'] = 'refuse'): void {
    this.#faults.set(method, { kind, times, error: new BackendUnavailableError('the test store') })
  }

  /** Makes calls of a method take effect, and keeps their replies back. */
  hold(method: Method): Hold {
    const hold = new Hold()
    this.#holds.set(method, hold)
    return hold
  }

  /** Lets all calls through again. */
  mend(): void {
    this.#faults.clear()
  }

  countOf(method: Method): number {
    return this.calls.filter((call) => call.method === method).length
  }

  #watch<Store extends object>(store: Store): Store {
    return new Proxy(store, {
      get: (_, method) => {
        const member: unknown = Reflect.get(store, method, store)
        if (typeof member !== 'function') return member
        return (...parameters: unknown[]) => this.#call(method as Method, () => member.apply(store, parameters))
      },
    })
  }

  async #call(method: Method, call: () => unknown): Promise<unknown> {
    this.calls.push({ method, at: performance.now() })
    const hold = this.#holds.get(method)
    if (hold) return hold.keep(await call())
    const fault = this.#faults.get(method)
    if (!fault || fault.times <= 0) return call()
    fault.times--
    if (fault.kind === 'loseReply') await call()
    throw fault.error
  }
}

/** Keeps what the hooks of a worker tell. */
export class Recorder {
  readonly claimed: ClaimedJob[] = []
  readonly ended: { readonly jobId: string; readonly outcome: AttemptOutcome }[] = []
  readonly printed: LogOutput[] = []
  readonly errors: string[] = []
  #waiting: { readonly isMet: () => boolean; readonly resolve: () => void }[] = []

  readonly hooks: WorkerHooks = {
    onJobStart: (claimed) => this.#note(() => this.claimed.push(claimed)),
    onJobEnd: ({ job: { jobId } }, outcome) => this.#note(() => this.ended.push({ jobId, outcome })),
    onLog: (_, output) => this.#note(() => this.printed.push(output)),
    onError: ({ message }) => this.#note(() => this.errors.push(message)),
  }

  get started(): string[] {
    return this.claimed.map(({ job }) => job.jobId)
  }

  /** Resolves once the condition holds, which is asked whenever a hook is called. */
  until(isMet: () => boolean): Promise<void> {
    if (isMet()) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ isMet, resolve }))
  }

  /** Resolves with the outcomes of a job once it has had so many. */
  async outcomesOf(jobId: string, count = 1): Promise<readonly AttemptOutcome[]> {
    const outcomes = () => this.ended.filter((end) => end.jobId === jobId).map(({ outcome }) => outcome)
    await this.until(() => outcomes().length >= count)
    return outcomes()
  }

  async outcomeOf(jobId: string): Promise<AttemptOutcome> {
    return (await this.outcomesOf(jobId))[0] as AttemptOutcome
  }

  untilStarted(jobId: string): Promise<void> {
    return this.until(() => this.started.includes(jobId))
  }

  #note(note: () => void): void {
    note()
    this.#waiting = this.#waiting.filter(({ isMet, resolve }) => {
      if (isMet()) resolve()
      return !isMet()
    })
  }
}

/** A worker that runs on a backend of its own until the test has finished. */
export class Fixture {
  readonly store = new FaultyBackend()
  readonly recorder = new Recorder()
  readonly queue = this.store.queue
  readonly worker: Worker

  constructor(options: Partial<WorkerOptions>) {
    const { recorder, store } = this
    const all = { workerId: 'w1', ...options, hooks: recorder.hooks, backend: store.backend } as WorkerOptions
    this.worker = createWorker(all)
    onTestFinished(async () => {
      await this.worker.stop({ deadlineMs: 0 })
    })
  }

  async enqueue(job: Partial<QueuedJob> & { jobId: string }): Promise<void> {
    await this.queue.enqueue({ workflowId: 'run', command: 'work', ...job })
  }

  job(jobId: string): Promise<JobRecord | null> {
    return this.queue.getJob('run', jobId)
  }

  /** All that is stored of a job's log. */
  async log(jobId: string): Promise<string> {
    let text = ''
    for (let from = 0; ; ) {
      const { chunks, next } = await this.store.backend.logs.read({ workflowId: 'run', jobId }, { from, limit: 1000 })
      if (chunks.length === 0) return text
      for (const chunk of chunks) text += chunk.text
      from = next
    }
  }
}

/** Resolves, and never rejects, when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve())
  })
}
