import { checkMigrated, migrate } from '../migrations/migrate.ts'
import { Database } from './database.ts'
import { translateError } from './database-error.ts'
import { type PostgresOptions, parseOptions } from './database-options.ts'
import { openPgDriver } from './open-pg-driver.ts'
import { openPgliteDriver } from './open-pglite-driver.ts'

/**
 * Opens a database and brings its schemas up to date.
 *
 * @throws {ValidationError}
 * @throws {BackendUnavailableError}
 * @throws {SchemaError}
 */
export async function openDatabase(options: PostgresOptions): Promise<Database> {
  const settings = parseOptions(options)
  const driver =
    options.pglite === undefined
      ? openPgDriver(options, settings.requestTimeoutMs)
      : await openPgliteDriver(options.pglite, [settings.schema, settings.bossSchema])
  const database = new Database(driver, settings)
  try {
    await (options.migrate === false ? checkMigrated(database) : migrate(database))
  } catch (error) {
    await database.close()
    throw translateError(error, database.store)
  }
  return database
}
