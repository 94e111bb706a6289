import { setImmediate } from 'node:timers/promises'
import type { Backend, JobQueue } from '@sluice/core'
import { queueContract } from '@sluice/core/contract'
import { DependencyEnqueuer } from '@sluice/dag'
import { createMemoryBackend, ManualClock } from '@sluice/queue-memory'
import { describe, it } from 'vitest'
import { createApp } from '../../src/api/create-app.ts'
import { ApiClient } from '../../src/client/api-client.ts'
import { HttpWorkerQueue } from '../../src/client/http-worker-queue.ts'

// The whole contract of a queue, with every call that a worker makes going through the HTTP API.
queueContract({ describe, it }, { name: 'memory over HTTP', faults: null, open })

async function open() {
  const clock = new ManualClock()
  const backend = createMemoryBackend({ clock })
  const claims = new ArrivedClaims(backend)
  const enqueuer = new DependencyEnqueuer({ backend, schedule: false, clock })
  await enqueuer.start()
  const tokens = { find: async () => null, isEmpty: async () => true }
  const limits = { maxRequestsPerSecond: 1_000_000 }
  const app = createApp(claims.backend, { enqueuer, tokens, isLocal: true, limits })
  const client = new ApiClient({ server: 'http://127.0.0.1', fetch: (request) => claims.count(request, app.fetch) })
  const queue = overHttp(backend.queue, new HttpWorkerQueue(client))
  const close = async () => {
    await queue.close()
    await enqueuer.close()
    await backend.close()
  }
  const advance = async (ms: number) => {
    await claims.whenArrived()
    await clock.advance(ms)
  }
  return { queue, close, advance }
}

/** A queue whose worker's side is another one, behind the API. */
function overHttp(queue: JobQueue, http: HttpWorkerQueue): JobQueue {
  const remote: Partial<JobQueue> = {
    claim: (options) => http.claim(options),
    claimMany: (options) => http.claimMany(options),
    renewLease: (leaseId, extendByMs) => http.renewLease(leaseId, extendByMs),
    complete: (leaseId, outputs) => http.complete(leaseId, outputs),
    fail: (leaseId, failure, options) => http.fail(leaseId, failure, options),
    release: (leaseId) => http.release(leaseId),
    async close() {
      await http.close()
      await queue.close()
    },
  }
  return new Proxy(queue, {
    get(target, name) {
      const value = remote[name as keyof JobQueue] ?? Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** Knows which claims have come as far as the queue, so that no clock is moved before they wait there. */
class ArrivedClaims {
  readonly backend: Backend
  #onTheirWay = 0

  constructor(backend: Backend) {
    const queue = new Proxy(backend.queue, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          if (name === 'claimMany') this.#onTheirWay--
          return value.apply(target, args)
        }
      },
    })
    this.backend = { ...backend, queue }
  }

  async count(request: Request, send: (request: Request) => Response | Promise<Response>): Promise<Response> {
    if (!request.url.endsWith('/v1/claims')) return send(request)
    const before = ++this.#onTheirWay
    const response = await send(request)
    // One that was refused never arrives.
    if (!response.ok) this.#onTheirWay = Math.min(this.#onTheirWay, before - 1)
    return response
  }

  async whenArrived(): Promise<void> {
    while (this.#onTheirWay > 0) await setImmediate()
  }
}
