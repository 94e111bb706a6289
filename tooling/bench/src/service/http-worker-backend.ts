import { BackendUnavailableError, type ClaimedJob, type FailResult, type Lease } from '@sluice/core'
import type { CancellationStream, WorkerBackend, WorkerQueue } from '@sluice/worker'

/** The longest that a request waits for a job. */
const CLAIM_WAIT_MS = 25_000

/** What a worker needs, over the HTTP API of a server: as much of the worker protocol as jobs take that are never cancelled. */
export function createHttpWorkerBackend(server: string): WorkerBackend {
  const send = async <Answer>(method: string, path: string, json?: unknown, signal?: AbortSignal): Promise<Answer> => {
    const response = await fetch(`${server}/v1/${path}`, {
      method,
      ...(json === undefined ? {} : { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } }),
      ...(signal === undefined ? {} : { signal }),
    })
    const text = await response.text()
    if (!response.ok) throw new BackendUnavailableError(server, { cause: new Error(`${response.status}: ${text}`) })
    return (text === '' ? undefined : JSON.parse(text)) as Answer
  }
  const settle = <Answer>(leaseId: string, action: string, json?: unknown) =>
    send<Answer>('POST', `leases/${encodeURIComponent(leaseId)}/${action}`, json)
  const queue: WorkerQueue = {
    async claimMany({ waitMs = 0, signal, ...claim }) {
      const json = { ...claim, waitMs: Math.min(waitMs, CLAIM_WAIT_MS) }
      try {
        return (await send<{ readonly jobs: readonly ClaimedJob[] }>('POST', 'claims', json, signal)).jobs
      } catch (error) {
        if (signal?.aborted) return []
        throw error
      }
    },
    renewLease: (leaseId, extendByMs) => settle<Lease>(leaseId, 'renew', { extendByMs }),
    complete: (leaseId, outputs) => settle<void>(leaseId, 'complete', { outputs }),
    fail: (leaseId, failure, { retryable }) => settle<FailResult>(leaseId, 'fail', { failure, retryable }),
    release: (leaseId) => settle<void>(leaseId, 'release'),
    subscribe: async () => silentStream(),
  }
  return {
    queue,
    logs: { append: (chunks) => send<void>('POST', 'logs', { chunks }) },
    workers: {
      register: (worker) => send<void>('POST', 'workers', worker),
      heartbeat: (workerId, running) =>
        send<void>('POST', `workers/${encodeURIComponent(workerId)}/heartbeat`, { running }),
      deregister: (workerId) => send<void>('DELETE', `workers/${encodeURIComponent(workerId)}`),
    },
  }
}

/** Tells of no cancellation until it is closed. */
function silentStream(): CancellationStream {
  const { promise: closed, resolve: close } = Promise.withResolvers<void>()
  return {
    close,
    // biome-ignore lint/correctness/useYield: nothing is cancelled.
    async *[Symbol.asyncIterator]() {
      await closed
    },
  }
}
