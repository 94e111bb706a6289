import { type JobRef, type LogChunk, QueueClosedError, type WorkerInfo } from '@sluice/core'
import type { WorkerBackend, WorkerDirectory, WorkerLogs } from '@sluice/worker'
import { ApiClient, type ApiClientOptions, type ApiRequest, pathPart } from './api-client.ts'
import { HttpWorkerQueue } from './http-worker-queue.ts'
import { toQueueError } from './queue-error.ts'

/** What a worker needs, behind the HTTP API of a server: give it to `createWorker`, and close it when the worker has stopped. */
export interface HttpWorkerBackend extends WorkerBackend {
  readonly queue: HttpWorkerQueue

  /** Ends waiting claims and streams, and all that is under way. */
  close(): Promise<void>
}

/** Stands in for the backend of a server, for workers that reach it over HTTP only; the token needs the role `worker`. */
export function createHttpWorkerBackend(options: ApiClientOptions): HttpWorkerBackend {
  const client = new ApiClient(options)
  const queue = new HttpWorkerQueue(client)
  const closing = new AbortController()
  const send = async (request: ApiRequest): Promise<void> => {
    if (closing.signal.aborted) throw new QueueClosedError()
    try {
      await client.request({ ...request, signal: closing.signal })
    } catch (error) {
      if (closing.signal.aborted) throw new QueueClosedError()
      throw toQueueError(error, client.server)
    }
  }
  return {
    queue,
    logs: httpLogs(send),
    workers: httpDirectory(send),
    close: async () => {
      closing.abort()
      await queue.close()
    },
  }
}

type Send = (request: ApiRequest) => Promise<void>

function httpLogs(send: Send): WorkerLogs {
  return {
    append: (chunks: readonly LogChunk[]) => send({ method: 'POST', path: '/v1/logs', json: { chunks } }),
  }
}

function httpDirectory(send: Send): WorkerDirectory {
  return {
    register: (worker: WorkerInfo) => send({ method: 'POST', path: '/v1/workers', json: worker }),
    heartbeat: (workerId: string, running: readonly JobRef[]) =>
      send({ method: 'POST', path: `/v1/workers/${pathPart(workerId)}/heartbeat`, json: { running } }),
    deregister: (workerId: string) => send({ method: 'DELETE', path: `/v1/workers/${pathPart(workerId)}` }),
  }
}
