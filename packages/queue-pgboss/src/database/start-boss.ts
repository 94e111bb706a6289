import { type ConstructorOptions, PgBoss } from 'pg-boss'
import type { Database } from './database.ts'

/** The version of the schema of the pg-boss that this package is built on. */
export const BOSS_SCHEMA_VERSION = 46

/** The longest that a script of pg-boss's maintenance may take. */
const MAINTENANCE_LIMIT_MS = 60_000

/** What pg-boss runs its statements through. */
export interface BossDatabase {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>
}

/**
 * Starts pg-boss on a database whose schemas are there.
 *
 * Its maintenance keeps its statistics and deletes what it need not keep; errors of it are of no consequence and tried again.
 */
export async function startBoss(database: Database): Promise<PgBoss> {
  const boss = new PgBoss({ ...bossOptions(database, MAINTENANCE_LIMIT_MS), migrate: false })
  boss.on('error', () => {})
  return boss.start()
}

/** The options of any pg-boss on a database; without `scriptLimitMs` its scripts may take as long as they do. */
export function bossOptions(database: Database, scriptLimitMs?: number): ConstructorOptions {
  return {
    db: bossDatabase(database, scriptLimitMs),
    schema: `"${database.bossSchema}"`,
    schedule: false,
    registerInstance: false,
    openTelemetry: { enabled: false },
    ...(database.isServer ? {} : { backend: 'pglite' }),
  }
}

/** Runs the statements of pg-boss, and its scripts, which have no values. */
function bossDatabase(database: Database, scriptLimitMs: number | undefined): BossDatabase {
  return {
    async executeSql(text, values) {
      return {
        rows: values?.length ? await database.query({ text }, values) : await database.script(text, scriptLimitMs),
      }
    },
  }
}
