import { PgBoss } from 'pg-boss'
import type { Database } from './database.ts'
import type { Session } from './session.ts'

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
  const boss = new PgBoss({
    db: bossDatabase(database),
    schema: `"${database.bossSchema}"`,
    migrate: false,
    schedule: false,
    registerInstance: false,
    openTelemetry: { enabled: false },
    ...(database.isServer ? {} : { backend: 'pglite' as const }),
  })
  boss.on('error', () => {})
  return boss.start()
}

/** Runs the statements of pg-boss, and its scripts, which have no values. */
function bossDatabase(database: Database): BossDatabase {
  return {
    async executeSql(text, values) {
      return { rows: values?.length ? await database.query({ text }, values) : await database.script(text) }
    },
  }
}

/** Runs the statements of one call of pg-boss in a session, as in `boss.complete(queue, id, null, { db: bossIn(session) })`. */
export function bossIn(session: Session): BossDatabase {
  return {
    async executeSql(text, values) {
      return { rows: await session.query({ text }, values) }
    },
  }
}
