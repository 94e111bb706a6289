import { parseInteger, ValidationError } from '@sluice/core'
import type pg from 'pg'
import type { PgliteDatabase } from './pglite-database.ts'

/** Where the database is, and how it is used. Give one of `connectionString`, `pool` and `pglite`, or options of `pg`. */
export interface PostgresOptions {
  /** As in `postgres://user@host:5432/database`; what it leaves out comes from the environment, as `pg` does it. */
  readonly connectionString?: string
  /** Any options of a pool of `pg`: `host`, `user`, `password`, `ssl`, `max` and so on. */
  readonly connection?: pg.PoolConfig
  /** A pool of the application, which is used and never closed. */
  readonly pool?: pg.Pool
  /** A folder, `memory://`, or an instance of the application, which is used and never closed. */
  readonly pglite?: string | PgliteDatabase
  /** Up to 40 of `a-z 0-9 _`, beginning with a letter: the name of the schema. Defaults to `sluice`. */
  readonly namespace?: string
  /** The schema of pg-boss. Defaults to the namespace with `_pgboss` behind it. */
  readonly pgBossSchema?: string
  /** How the listener connects where `connectionString` leads to PgBouncer: straight to the server. */
  readonly listenConnectionString?: string
  /** Whether statements are prepared, once for each connection. Defaults to true; switch it off for PgBouncer in transaction mode. */
  readonly preparedStatements?: boolean
  /** Every call rejects within it when the database does not answer, in milliseconds. Defaults to 10,000. */
  readonly requestTimeoutMs?: number
  /** Whether to create and update the schemas. Defaults to true; else they must be as this version wants them. */
  readonly migrate?: boolean
}

const NAMESPACE_PATTERN = /^[a-z][a-z0-9_]{0,39}$/
const SCHEMA_PATTERN = /^[a-z_][a-z0-9_]{0,49}$/

/** The settings that options lead to. */
export interface ValidOptions {
  readonly schema: string
  readonly bossSchema: string
  readonly requestTimeoutMs: number
}

/**
 * Checks the options that concern every kind of database.
 *
 * @throws {ValidationError} naming the option at fault.
 */
export function parseOptions(options: PostgresOptions): ValidOptions {
  const { namespace = 'sluice', requestTimeoutMs = 10_000 } = options
  if (typeof namespace !== 'string' || !NAMESPACE_PATTERN.test(namespace) || namespace.startsWith('pg_')) {
    throw new ValidationError('namespace', 'must be 1 to 40 of a-z, 0-9 and _, begin with a letter, and not with pg_')
  }
  const { pgBossSchema = `${namespace}_pgboss` } = options
  if (typeof pgBossSchema !== 'string' || !SCHEMA_PATTERN.test(pgBossSchema) || pgBossSchema === namespace) {
    throw new ValidationError('pgBossSchema', 'must be 1 to 50 of a-z, 0-9 and _, and another than the namespace')
  }
  const sources = (['connectionString', 'pool', 'pglite'] as const).filter((name) => options[name] !== undefined)
  if (sources.length > 1) throw new ValidationError(sources[1] as string, `cannot be given beside ${sources[0]}`)
  return {
    schema: namespace,
    bossSchema: pgBossSchema,
    requestTimeoutMs: parseInteger(requestTimeoutMs, 'requestTimeoutMs', 1, 2 ** 31 - 1),
  }
}
