import type { Backend } from '@sluice/core'
import { DependencyEnqueuer, type DependencyEnqueuerOptions } from '@sluice/dag'
import { createWorker, type ShellOptions, type Worker } from '@sluice/worker'
import type { Logger } from 'pino'
import type { ApiLimits } from '../api/api-limits.ts'
import { isLoopbackHost } from '../api/auth/loopback.ts'
import type { TokenStore } from '../api/auth/token-store.ts'
import { type AppOptions, createApp } from '../api/create-app.ts'
import { type ApiServer, serveApi } from '../api/serve-api.ts'
import { measureBackend } from '../metrics/measure-backend.ts'
import { ServiceMetrics } from '../metrics/service-metrics.ts'
import { accessLog } from './access-log.ts'
import { workerLog } from './worker-log.ts'

/** What runs in this process, over one backend. */
export interface ServiceOptions {
  /** Not closed by the service. */
  readonly backend: Backend
  readonly logger: Logger
  /** How to schedule; `schedule: false` leaves it to other processes. */
  readonly scheduling: Pick<
    DependencyEnqueuerOptions,
    'schedule' | 'schedulingTtlMs' | 'reconcileIntervalMs' | 'monitor'
  >
  /** Where to listen; without it, nobody does. */
  readonly api?: ServiceApiOptions
  /** Workers for shell jobs; without it, there are none. */
  readonly workers?: ServiceWorkerOptions
}

/** Where the API listens, and to whom. */
export interface ServiceApiOptions {
  readonly host: string
  readonly port: number
  readonly tokens: TokenStore
  readonly limits?: Partial<ApiLimits>
}

/** The worker of a service. */
export interface ServiceWorkerOptions {
  readonly concurrency: number
  readonly labels: readonly string[]
  readonly shell?: ShellOptions
}

/** A service that runs. */
export interface Service {
  /** Where the API listens, if it does. */
  readonly url?: string
  /** Lets running jobs finish until the deadline, hands the rest back, leaves scheduling to a standby and stops listening. */
  stop(drainMs: number): Promise<void>
}

/** How long requests that are under way may take once the service stops. */
const ANSWERS_MS = 5000

/**
 * Starts an API, a scheduler and workers over a backend, or some of them.
 *
 * @throws {InputError} where it cannot listen.
 * @throws {QueueError} where the store does not answer.
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { logger, scheduling, workers } = options
  const metrics = new ServiceMetrics().measureProcess()
  const { backend, schedulingBackend } = measureBackend(options.backend, metrics)
  const onError = (error: unknown, requestId?: string) => logger.error({ err: error, requestId }, messageOf(error))
  const enqueuer = new DependencyEnqueuer({ ...scheduling, backend: schedulingBackend, onError })
  const ending = new AbortController()
  let server: ApiServer | undefined
  let worker: Worker | undefined
  const stop = async (drainMs: number) => {
    await worker?.stop({ deadlineMs: drainMs })
    ending.abort()
    await server?.close(ANSWERS_MS)
    await enqueuer.close()
  }
  try {
    await enqueuer.start()
    server =
      options.api && (await listen(options.api, logger, { backend, enqueuer, metrics, signal: ending.signal, onError }))
    worker = workers && startWorker(workers, backend, logger)
  } catch (error) {
    await stop(0)
    throw error
  }
  return { stop, ...(server ? { url: server.url } : {}) }
}

function listen(
  { host, port, tokens, limits = {} }: ServiceApiOptions,
  logger: Logger,
  {
    backend,
    ...shared
  }: Pick<AppOptions, 'enqueuer' | 'metrics' | 'signal' | 'onError'> & { readonly backend: Backend },
): Promise<ApiServer> {
  const app = createApp(backend, {
    ...shared,
    tokens,
    limits,
    isLocal: isLoopbackHost(host),
    onRequest: accessLog(logger),
  })
  return serveApi(app, { host, port, tokens })
}

function startWorker(
  { concurrency, labels, shell = {} }: ServiceWorkerOptions,
  backend: Backend,
  logger: Logger,
): Worker {
  const worker = createWorker({ backend, concurrency, labels, shell, hooks: workerLog(logger) })
  worker.start()
  return worker
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
