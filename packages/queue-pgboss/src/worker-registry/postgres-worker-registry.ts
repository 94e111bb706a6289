import {
  type JobRef,
  parseAge,
  parseId,
  parseRunning,
  parseWorkerInfo,
  type WorkerInfo,
  WorkerNotFoundError,
  type WorkerRecord,
  type WorkerRegistry,
} from '@sluice/core'
import { DatabaseHandle } from '../database/database-handle.ts'
import type { PostgresOptions } from '../database/database-options.ts'
import { openDatabase } from '../database/open-database.ts'
import deregisterWorkerSql from './deregister-worker.sql'
import heartbeatSql from './heartbeat.sql'
import listWorkersSql from './list-workers.sql'
import purgeWorkersSql from './purge-workers.sql'
import registerWorkerSql from './register-worker.sql'

interface WorkerRow {
  readonly info: WorkerInfo
  readonly running: readonly JobRef[]
  readonly online: boolean
  readonly registered_at: number
  readonly last_seen_at: number
}

/** The workers that are there, in PostgreSQL. */
export class PostgresWorkerRegistry implements WorkerRegistry {
  readonly #handle: DatabaseHandle

  constructor(handle: DatabaseHandle) {
    this.#handle = handle
  }

  /**
   * Opens a registry on a database of its own.
   *
   * @throws {ValidationError}
   * @throws {BackendUnavailableError}
   */
  static async open(options: PostgresOptions): Promise<PostgresWorkerRegistry> {
    return new PostgresWorkerRegistry(new DatabaseHandle(await openDatabase(options), true))
  }

  register(worker: WorkerInfo): Promise<void> {
    return this.#handle.call(async (database) => {
      const info = parseWorkerInfo(worker)
      await database.query(registerWorkerSql, [info.workerId, JSON.stringify(info), info.offlineAfterMs])
    })
  }

  heartbeat(workerId: string, running: readonly JobRef[]): Promise<void> {
    return this.#handle.call(async (database) => {
      const values = [parseId(workerId, 'workerId'), JSON.stringify(parseRunning(running))]
      const updated = await database.query(heartbeatSql, values)
      if (updated.length === 0) throw new WorkerNotFoundError(workerId)
    })
  }

  deregister(workerId: string): Promise<void> {
    return this.#handle.call(async (database) => {
      await database.query(deregisterWorkerSql, [parseId(workerId, 'workerId')])
    })
  }

  list(): Promise<readonly WorkerRecord[]> {
    return this.#handle.call(async (database) => {
      const rows = await database.query<WorkerRow>(listWorkersSql)
      return rows.map(describeWorker).sort((a, b) => (a.workerId < b.workerId ? -1 : 1))
    })
  }

  purge(olderThanMs: number): Promise<number> {
    return this.#handle.call(async (database) => {
      const removed = await database.query(purgeWorkersSql, [parseAge(olderThanMs, 'olderThanMs')])
      return removed.length
    })
  }

  /** Makes every later call reject with `QueueClosedError`. */
  close(): Promise<void> {
    return this.#handle.close()
  }
}

function describeWorker({ info, online, registered_at, last_seen_at, running }: WorkerRow): WorkerRecord {
  return { ...info, online, registeredAt: registered_at, lastSeenAt: last_seen_at, running }
}
