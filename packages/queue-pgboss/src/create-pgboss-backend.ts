import type { Backend } from '@sluice/core'
import type { CallerTransaction } from './database/caller-transaction.ts'
import type { Database } from './database/database.ts'
import { DatabaseHandle } from './database/database-handle.ts'
import type { PostgresOptions } from './database/database-options.ts'
import { openDatabase } from './database/open-database.ts'
import { PostgresLogStore, type PostgresLogStoreOptions } from './log-store/postgres-log-store.ts'
import { openQueueOn, type QueueTuning } from './open-queue-on.ts'
import { PostgresWorkerRegistry } from './worker-registry/postgres-worker-registry.ts'
import { PostgresWorkflowStore } from './workflow-store/postgres-workflow-store.ts'

/** Where a backend keeps everything, and how it differs from the default. */
export type PgBossBackendOptions = PostgresOptions & PostgresLogStoreOptions & QueueTuning

/** A backend on PostgreSQL; its queue and its workflow store take part in transactions of the caller. */
export type PgBossBackend = Backend<CallerTransaction>

/**
 * Opens a queue and the stores around it in one PostgreSQL database: on a server, or embedded by PGlite.
 *
 * @throws {ValidationError}
 * @throws {BackendUnavailableError}
 * @throws {SchemaError} when the schemas in the database are not those of this version, and could not be made so.
 */
export async function createPgBossBackend(options: PgBossBackendOptions): Promise<PgBossBackend> {
  const database = await openDatabase(options)
  try {
    return await backendOn(database, options)
  } catch (error) {
    await database.close()
    throw error
  }
}

async function backendOn(database: Database, options: PgBossBackendOptions): Promise<PgBossBackend> {
  const logs = new PostgresLogStore(new DatabaseHandle(database), options)
  const workflows = new PostgresWorkflowStore(new DatabaseHandle(database))
  const workers = new PostgresWorkerRegistry(new DatabaseHandle(database))
  const queue = await openQueueOn(database, options)
  let closing: Promise<void> | null = null
  const close = async () => {
    await Promise.all([queue.close(), workflows.close(), logs.close(), workers.close()])
    await database.close()
  }
  return {
    name: database.isServer ? 'postgres' : 'pglite',
    queue,
    workflows,
    logs,
    workers,
    close() {
      closing ??= close()
      return closing
    },
  }
}
