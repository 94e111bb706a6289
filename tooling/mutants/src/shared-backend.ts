import {
  type Backend,
  BackendUnavailableError,
  type ClaimOptions,
  EventBuffer,
  type JobQueue,
  type LogStore,
  QueueClosedError,
} from '@sluice/core'
import type { BackendHarness } from '@sluice/core/contract'
import { createMemoryBackend, ManualClock } from '@sluice/queue-memory'
import { overlay } from './mutant.ts'

/** A store that several handles share and that can be down, as a server for many processes is. */
class Server {
  readonly clock = new ManualClock()
  readonly backend = createMemoryBackend({ clock: this.clock, maxLogBytesPerJob: 1_000_000 })
  /** Is aborted when the server goes down. */
  #up = new AbortController()

  get isDown(): boolean {
    return this.#up.signal.aborted
  }

  get goesDown(): AbortSignal {
    return this.#up.signal
  }

  down(): void {
    this.#up.abort()
  }

  up(): void {
    this.#up = new AbortController()
  }
}

/** Runs the contract as a backend of many processes does, with all of them in this one. */
export function sharedHarness(mutate: (queue: JobQueue) => JobQueue = (queue) => queue): BackendHarness {
  let server = new Server()
  const faults = { down: async () => server.down(), up: async () => server.up() }
  return {
    name: 'shared',
    faults,
    async open() {
      const opened = new Server()
      server = opened
      const peer = async () => {
        const backend = connect(opened)
        return { backend: { ...backend, queue: mutate(backend.queue) }, close: backend.close }
      }
      return {
        ...(await peer()),
        peer,
        advance: (ms) => opened.clock.advance(ms),
        dispose: () => opened.backend.close(),
      }
    },
  }
}

/** Opens a handle, which has subscriptions, waits and an end of its own. */
function connect(server: Server): Backend {
  const closed = new AbortController()
  const check = () => {
    if (closed.signal.aborted) throw new QueueClosedError()
    if (server.isDown) throw new BackendUnavailableError('the shared store', { cause: new Error('connection refused') })
  }
  const { queue, workflows, logs, workers } = server.backend
  const close = async () => closed.abort()
  return {
    name: 'shared',
    queue: guarded(overlay(queue, { ...shareQueue(server, check, closed.signal), close }), check),
    workflows: guarded(workflows, check),
    logs: guarded(overlay(logs, shareLogs(logs, closed.signal)), check),
    workers: guarded(workers, check),
    close,
  }
}

function shareQueue(server: Server, check: () => void, closed: AbortSignal): Partial<JobQueue> {
  const { queue } = server.backend
  const whileConnected = async <Claim extends ClaimOptions, Value>(
    claim: Claim,
    call: (claim: Claim) => Promise<Value>,
  ) => {
    const signals = [closed, server.goesDown, ...(claim?.signal ? [claim.signal] : [])]
    const claimed = await call({ ...claim, signal: AbortSignal.any(signals) })
    if (!closed.aborted) check()
    return claimed
  }
  return {
    capabilities: { durable: true, multiProcess: true },
    claim: (options) => whileConnected(options, (claim) => queue.claim(claim)),
    claimMany: (options) => whileConnected(options, (claim) => queue.claimMany(claim)),
    async subscribe(options) {
      const source = await queue.subscribe(options)
      const buffer = new EventBuffer(options, () => source.close())
      const pump = async () => {
        for await (const event of source) buffer.push(event)
      }
      void pump()
      const lose = () => buffer.push({ kind: 'gap' })
      server.goesDown.addEventListener('abort', lose)
      closed.addEventListener('abort', () => buffer.close())
      return buffer
    },
  }
}

function shareLogs(logs: LogStore, closed: AbortSignal): Partial<LogStore> {
  return {
    follow(job, options) {
      // What no type checker lets through is for the store to refuse.
      if (options === null) return logs.follow(job, options)
      return logs.follow(job, {
        ...options,
        signal: AbortSignal.any([closed, ...(options?.signal ? [options.signal] : [])]),
      })
    },
  }
}

/** Refuses every call, as a rejection, while the check throws. */
function guarded<Target extends object>(target: Target, check: () => void): Target {
  return new Proxy(target, {
    get(original, name) {
      const value: unknown = Reflect.get(original, name)
      if (typeof value !== 'function' || name === 'close' || name === 'follow') return value
      return async (...args: unknown[]) => {
        check()
        return value.apply(original, args)
      }
    },
  })
}
