import type { PostgresOptions } from '../database/database-options.ts'
import { openDatabase } from '../database/open-database.ts'

/**
 * Brings the schemas of a database up to date and closes it, for a role with the right to do so.
 *
 * @throws {ValidationError}
 * @throws {BackendUnavailableError}
 * @throws {SchemaError}
 */
export async function migrateDatabase(options: Omit<PostgresOptions, 'migrate'>): Promise<void> {
  await (await openDatabase(options)).close()
}
