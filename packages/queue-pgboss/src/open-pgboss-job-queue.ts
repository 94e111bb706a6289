import type { PostgresOptions } from './database/database-options.ts'
import { openDatabase } from './database/open-database.ts'
import { openQueueOn, type QueueTuning } from './open-queue-on.ts'
import type { PgBossJobQueue } from './queue/pgboss-job-queue.ts'

/**
 * Opens a queue alone, without the stores that a scheduler needs beside it.
 *
 * @throws {ValidationError}
 * @throws {BackendUnavailableError}
 * @throws {SchemaError}
 */
export async function openPgBossJobQueue(options: PostgresOptions & QueueTuning): Promise<PgBossJobQueue> {
  const database = await openDatabase(options)
  try {
    return await openQueueOn(database, options, () => database.close())
  } catch (error) {
    await database.close()
    throw error
  }
}
