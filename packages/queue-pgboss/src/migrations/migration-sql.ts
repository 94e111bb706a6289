import { getConstructionPlans } from 'pg-boss'
import { schemaPlaceholders } from '../database/database.ts'
import { type PostgresOptions, parseOptions } from '../database/database-options.ts'
import { SqlTemplates } from '../database/sql-templates.ts'
import { MIGRATIONS, type Migration } from './migrations.ts'
import runMigrationSql from './run-migration.sql'

/**
 * Prints the SQL that makes both schemas, for somebody with the right to run it: as a whole in an empty database, and in one that
 * has a part of it, the steps that are missing.
 *
 * @throws {ValidationError}
 */
export function migrationSql(options: Pick<PostgresOptions, 'namespace' | 'pgBossSchema'> = {}): string {
  const settings = parseOptions(options)
  const templates = new SqlTemplates(schemaPlaceholders(settings))
  const steps = MIGRATIONS.map((migration) => `-- ${migration.version}: ${migration.name}\n${stepOf(migration)}`)
  const own = templates.fill(steps.join('\n'))
  return `-- pg-boss\n${getConstructionPlans(`"${settings.bossSchema}"`)}\n\n${own}`
}

/** The script that applies one step, with the placeholders of the schemas still in it. */
export function stepOf({ version, name, text }: Migration): string {
  const values: Record<string, string> = { version: String(version), name, migration: text }
  return runMigrationSql.replace(/\{\{(version|name|migration)\}\}/g, (_, key: string) => values[key] as string)
}
