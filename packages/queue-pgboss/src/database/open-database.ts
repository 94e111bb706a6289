import { Database } from './database.ts'
import { type PostgresOptions, parseOptions } from './database-options.ts'
import { openPgDriver } from './open-pg-driver.ts'
import { openPgliteDriver } from './open-pglite-driver.ts'

/**
 * Opens a database and brings its schemas up to date.
 *
 * @throws {ValidationError}
 * @throws {BackendUnavailableError}
 */
export async function openDatabase(options: PostgresOptions): Promise<Database> {
  const settings = parseOptions(options)
  const driver =
    options.pglite === undefined
      ? openPgDriver(options, settings.requestTimeoutMs)
      : await openPgliteDriver(options.pglite)
  return new Database(driver, settings)
}
