import { EXIT } from '../exit-code.ts'
import { InputError } from '../input-error.ts'
import { isPostgresLocation, parsePostgresLocation } from '../postgres-location.ts'
import { redactLocation } from '../service/redact-location.ts'

/** The options of `sluice migrate`. */
export interface MigrateOptions {
  readonly backend?: string
  readonly print?: boolean
}

/** Brings the schemas of a PostgreSQL database up to date, or prints the SQL that does. */
export async function migrateCommand({ backend, print }: MigrateOptions): Promise<number> {
  if (backend === undefined && !print)
    throw new InputError('name the database with --backend, or ask for the SQL with --print')
  if (backend !== undefined && !isPostgresLocation(backend))
    throw new InputError(`only PostgreSQL has schemas to migrate; "${redactLocation(backend)}" needs nothing`)
  const { migrateDatabase, migrationSql } = await import('@sluice/queue-pgboss')
  const options = backend === undefined ? {} : parsePostgresLocation(backend)
  if (print) process.stdout.write(migrationSql(options))
  else {
    await migrateDatabase(options)
    process.stdout.write('The schemas are up to date.\n')
  }
  return EXIT.succeeded
}
