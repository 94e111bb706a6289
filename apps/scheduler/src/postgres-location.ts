import type { PostgresOptions } from '@sluice/queue-pgboss'
import { InputError } from './input-error.ts'
import { redactLocation } from './service/redact-location.ts'

/** Tells whether a location is of PostgreSQL, on a server or embedded. */
export function isPostgresLocation(location: string): boolean {
  return /^(postgres|postgresql|pglite):/.test(location)
}

/**
 * Reads `postgres://user@host:5432/database?namespace=name` or `pglite:./folder`; any other parameter is for the driver.
 *
 * @throws {InputError}
 */
export function parsePostgresLocation(location: string): PostgresOptions {
  if (location.startsWith('pglite:')) {
    const folder = location.slice('pglite:'.length)
    if (folder === '') throw new InputError('"pglite:" needs a folder, as in pglite:./data')
    return { pglite: folder }
  }
  if (!URL.canParse(location))
    throw new InputError(
      `"${redactLocation(location)}" is not a URL like postgres://user@127.0.0.1:5432/database?namespace=name`,
    )
  const url = new URL(location)
  const namespace = url.searchParams.get('namespace')
  url.searchParams.delete('namespace')
  return { connectionString: url.href, ...(namespace === null ? {} : { namespace }) }
}
