import pg from 'pg'
import type { PostgresOptions } from './database-options.ts'
import { PgDriver } from './pg-driver.ts'
import { STARTUP_OPTIONS } from './session-settings.ts'

const APPLICATION_NAME = 'sluice'

/** Makes the driver for a server; nothing connects yet. */
export function openPgDriver(options: PostgresOptions, requestTimeoutMs: number): PgDriver {
  const { pool: borrowed, connectionString, connection, listenConnectionString, preparedStatements = true } = options
  const given: pg.PoolConfig = { ...connection, ...(connectionString === undefined ? {} : { connectionString }) }
  const config: pg.PoolConfig = {
    connectionTimeoutMillis: requestTimeoutMs,
    application_name: APPLICATION_NAME,
    ...(preparedStatements ? { options: STARTUP_OPTIONS } : {}),
    pipeline: true,
    ...given,
  }
  const pool = borrowed ?? new pg.Pool(config)
  return new PgDriver({
    pool,
    ownsPool: borrowed === undefined,
    listenConfig: listenConfig(borrowed ? configOf(borrowed) : config, listenConnectionString),
    preparedStatements,
    store: describeServer(pool),
  })
}

/** The options of a pool, which hides its secrets from those who copy it. */
function configOf({ options }: pg.Pool): pg.ClientConfig {
  const { password, ssl } = options
  return {
    application_name: APPLICATION_NAME,
    ...options,
    ...(password === undefined ? {} : { password }),
    ...(ssl ? { ssl } : {}),
  }
}

function listenConfig(config: pg.ClientConfig, connectionString: string | undefined): pg.ClientConfig {
  // What is prepared for queries is of no use to a connection that only listens, and a pooler may refuse it.
  const { options: _, ...rest } = config
  return {
    ...rest,
    pipeline: false,
    application_name: `${config.application_name} listener`,
    ...(connectionString ? { connectionString } : {}),
  }
}

function describeServer(pool: pg.Pool): string {
  const { host, port, database } = new pg.Client(pool.options)
  return `PostgreSQL at ${host}:${port}, database ${database}`
}
