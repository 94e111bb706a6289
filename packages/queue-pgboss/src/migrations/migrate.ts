import { PgBoss } from 'pg-boss'
import type { Database } from '../database/database.ts'
import { isServerError } from '../database/database-error.ts'
import { BOSS_SCHEMA_VERSION, bossOptions } from '../database/start-boss.ts'
import { stepOf } from './migration-sql.ts'
import { MIGRATIONS } from './migrations.ts'
import readBossVersionSql from './read-boss-version.sql'
import readOwnVersionSql from './read-own-version.sql'
import readVersionsSql from './read-versions.sql'
import { SchemaError } from './schema-error.ts'

/** The oldest server that the tests run on. */
const OLDEST_SERVER = 150_000
const LATEST = MIGRATIONS.length

const APPLIED_ALREADY = 'SL001'
const INSUFFICIENT_PRIVILEGE = '42501'

/** How far each schema was migrated; 0 where there is none. */
interface Versions {
  readonly own: number
  readonly boss: number
}

/**
 * Brings both schemas up to date; any number of processes may do so at once.
 *
 * @throws {SchemaError} when they are newer than this version, or the role has not the right to change them.
 */
export async function migrate(database: Database): Promise<void> {
  let versions = await readVersions(database)
  checkNotNewer(versions, database)
  try {
    if (versions.boss < BOSS_SCHEMA_VERSION) await migrateBoss(database)
    while (versions.own < LATEST) {
      await applyStep(database, versions.own + 1)
      versions = await readVersions(database)
    }
  } catch (error) {
    throw isServerError(error, INSUFFICIENT_PRIVILEGE)
      ? new SchemaError(privilegeText(database), { cause: error })
      : error
  }
}

/**
 * Checks that both schemas are as this version needs them.
 *
 * @throws {SchemaError}
 */
export async function checkMigrated(database: Database): Promise<void> {
  const versions = await readVersions(database)
  checkNotNewer(versions, database)
  if (versions.own === LATEST && versions.boss === BOSS_SCHEMA_VERSION) return
  const found = `schema "${database.schema}" is at version ${versions.own}, and "${database.bossSchema}" at ${versions.boss}`
  throw new SchemaError(
    `${found}; this version needs ${LATEST} and ${BOSS_SCHEMA_VERSION}: run "sluice migrate", or open it with migrate: true`,
  )
}

async function readVersions(database: Database): Promise<Versions> {
  const [found] = await database.query<{ server: number; encoding: string; own: boolean; boss: boolean }>(
    readVersionsSql,
  )
  if (found === undefined) throw new SchemaError(`${database.store} did not tell its version`)
  if (found.server < OLDEST_SERVER) {
    throw new SchemaError(`${database.store} is PostgreSQL ${Math.floor(found.server / 10_000)}; 15 or newer is needed`)
  }
  if (found.encoding !== 'UTF8') {
    throw new SchemaError(`${database.store} keeps text as ${found.encoding}; create a database with ENCODING 'UTF8'`)
  }
  return {
    own: found.own ? await readVersion(database, readOwnVersionSql) : 0,
    boss: found.boss ? await readVersion(database, readBossVersionSql) : 0,
  }
}

async function readVersion(database: Database, sql: string): Promise<number> {
  const [row] = await database.query<{ version: number }>(sql)
  return row?.version ?? 0
}

function checkNotNewer({ own, boss }: Versions, { schema, bossSchema }: Database): void {
  const newer =
    own > LATEST
      ? `schema "${schema}" is at version ${own}, and this version of @sluice/queue-pgboss knows ${LATEST}`
      : boss > BOSS_SCHEMA_VERSION
        ? `schema "${bossSchema}" is at version ${boss}, and this version of @sluice/queue-pgboss knows ${BOSS_SCHEMA_VERSION}`
        : null
  if (newer) throw new SchemaError(`${newer}: a newer one migrated it; update this one`)
}

async function migrateBoss(database: Database): Promise<void> {
  const boss = new PgBoss({ ...bossOptions(database), migrate: true, supervise: false })
  boss.on('error', () => {})
  try {
    await boss.start()
  } finally {
    await boss.stop({ graceful: false })
  }
}

async function applyStep(database: Database, version: number): Promise<void> {
  const migration = MIGRATIONS[version - 1]
  if (migration === undefined) throw new Error(`there is no migration ${version}`)
  try {
    await database.script(database.fill(stepOf(migration)))
  } catch (error) {
    if (!isServerError(error, APPLIED_ALREADY)) throw error
  }
}

function privilegeText({ schema, bossSchema, store }: Database): string {
  return [
    `the role has not the right to create the schemas "${schema}" and "${bossSchema}" in ${store}, or to change them`,
    'let one that has it run "sluice migrate --backend <url>", or what "sluice migrate --print" prints',
  ].join('; ')
}
