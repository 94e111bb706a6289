import { once } from 'node:events'
import type { Backend } from '@sluice/core'
import { FileTokenStore } from '../api/auth/file-token-store.ts'
import { TokenFile } from '../api/auth/token-file.ts'
import { openBackend } from '../backends.ts'
import { EXIT } from '../exit-code.ts'
import { InputError } from '../input-error.ts'
import { listenForInterruptions } from '../interruptions.ts'
import { defaultBackend, defaultTokensPath } from '../service/data-folder.ts'
import { createLogger, type LogLevel } from '../service/logger.ts'
import { redactLocation } from '../service/redact-location.ts'
import { type ServiceApiOptions, type ServiceOptions, startService } from '../service/start-service.ts'

/** The options of `sluice serve`; durations are milliseconds. */
export interface ServeOptions {
  readonly backend?: string
  readonly host: string
  readonly port: number
  readonly workers: number
  readonly labels?: readonly string[]
  readonly scheduler: boolean
  readonly api: boolean
  readonly tokens?: string
  readonly drain: number
  readonly schedulingTtl: number
  readonly reconcileEvery: number
  readonly keepRuns: number
  readonly keepJobs: number
  readonly keepLogs: number
  readonly keepWorkers: number
  readonly logLevel: LogLevel
}

/** Serves until a signal, and ends once running jobs are done or handed back. */
export async function serveCommand(options: ServeOptions): Promise<number> {
  if (!options.api && !options.scheduler && options.workers === 0)
    throw new InputError('nothing is left to do: leave out --no-api or --no-scheduler, or give --workers')
  const logger = createLogger(options.logLevel, 'sluice')
  const location = options.backend ?? defaultBackend()
  using interruptions = listenForInterruptions()
  const { signal } = interruptions
  const backend = await openBackend(location, (message) => logger.warn(message))
  try {
    checkSharing(backend, location, options)
    const service = await startService({ backend, logger, ...(await serviceOptions(options)) })
    logger.info({ url: service.url, backend: redactLocation(location) }, 'the service is ready')
    if (!signal.aborted) await once(signal, 'abort')
    logger.info({ signal: signal.reason, drainMs: options.drain }, 'the service stops')
    await service.stop(options.drain)
    logger.info('the service has stopped')
    return EXIT.succeeded
  } finally {
    await backend.close()
  }
}

/** Of a backend that serves one process only, no other process could do what is left out here. */
function checkSharing({ queue }: Backend, location: string, { scheduler }: ServeOptions): void {
  if (scheduler || queue.capabilities.multiProcess) return
  throw new InputError(
    `the backend ${redactLocation(location)} serves one process only, which has to schedule; leave out --no-scheduler`,
  )
}

async function serviceOptions(options: ServeOptions): Promise<Omit<ServiceOptions, 'backend' | 'logger'>> {
  const { workers, labels = [], scheduler, api, schedulingTtl, reconcileEvery } = options
  return {
    scheduling: {
      schedule: scheduler,
      schedulingTtlMs: schedulingTtl,
      reconcileIntervalMs: reconcileEvery,
      monitor: { retention: retentionOf(options) },
    },
    ...(api ? { api: await apiOptions(options) } : {}),
    ...(workers > 0 ? { workers: { concurrency: workers, labels } } : {}),
  }
}

function retentionOf({ keepRuns, keepJobs, keepLogs, keepWorkers }: ServeOptions) {
  return { runsMs: keepRuns, jobsMs: keepJobs, logsMs: keepLogs, workersMs: keepWorkers }
}

async function apiOptions({ host, port, tokens }: ServeOptions): Promise<ServiceApiOptions> {
  const file = new TokenFile(tokens ?? defaultTokensPath())
  const onError = (error: unknown) => process.emitWarning(error as Error)
  return { host, port, tokens: await FileTokenStore.open(file, onError) }
}
