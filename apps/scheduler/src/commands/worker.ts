import type { Backend } from '@sluice/core'
import { createWorker, type ShellOptions, stopOnSignals, type WorkerBackend } from '@sluice/worker'
import { openBackend, type Warn } from '../backends.ts'
import { ApiClient } from '../client/api-client.ts'
import { connectionTo } from '../client/connect.ts'
import { createHttpWorkerBackend } from '../client/http-worker-backend.ts'
import { checkWorkerToken } from '../client/worker-token.ts'
import { EXIT } from '../exit-code.ts'
import { InputError } from '../input-error.ts'
import { createLogger, type LogLevel } from '../service/logger.ts'
import { redactLocation } from '../service/redact-location.ts'
import { workerLog } from '../service/worker-log.ts'

/** The options of `sluice worker`; durations are milliseconds. */
export interface WorkerCommandOptions {
  readonly server?: string
  readonly backend?: string
  readonly tokenFile?: string
  readonly labels?: readonly string[]
  readonly concurrency: number
  readonly id?: string
  readonly cwd?: string
  readonly leaseTtl: number
  readonly heartbeat: number
  readonly drain: number
  readonly logLevel: LogLevel
}

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** Runs jobs as shell scripts until a signal, and ends once they are done or handed back. */
export async function workerCommand(options: WorkerCommandOptions): Promise<number> {
  const { labels = [], concurrency, id, cwd, leaseTtl, heartbeat, drain, logLevel } = options
  const logger = createLogger(logLevel, 'sluice-worker')
  const backend = await openWorkplace(options, (message) => logger.warn(message))
  try {
    const shell: ShellOptions = cwd === undefined ? {} : { cwd }
    const worker = createWorker({
      backend,
      labels,
      concurrency,
      leaseTtlMs: leaseTtl,
      heartbeatMs: heartbeat,
      shell,
      hooks: workerLog(logger),
      ...(id === undefined ? {} : { workerId: id }),
    })
    stopOnSignals(worker, { deadlineMs: drain, signals: SIGNALS })
    const { workerId } = worker
    const where = options.server ?? redactLocation(options.backend ?? '')
    logger.info({ workerId, labels, concurrency, where }, 'the worker starts')
    const { released, abandoned } = await worker.run()
    logger.info({ workerId, released, abandoned }, 'the worker has stopped')
    return EXIT.succeeded
  } finally {
    await backend.close()
  }
}

type Workplace = WorkerBackend & Pick<Backend, 'close'>

async function openWorkplace({ server, backend, tokenFile }: WorkerCommandOptions, warn: Warn): Promise<Workplace> {
  if (server !== undefined) {
    const connection = await connectionTo({ server, ...(tokenFile === undefined ? {} : { tokenFile }) })
    await checkWorkerToken(new ApiClient(connection))
    return createHttpWorkerBackend(connection)
  }
  if (backend === undefined) throw new InputError('say for whom to work: give --server or --backend')
  const opened = await openBackend(backend, warn)
  if (opened.queue.capabilities.multiProcess) return opened
  await opened.close()
  const where = redactLocation(backend)
  throw new InputError(`the backend ${where} serves one process only; run sluice serve there, and give --server here`)
}
