import type { Backend } from '@sluice/core'
import { InputError } from './input-error.ts'
import { parsePostgresLocation } from './postgres-location.ts'
import { redactLocation } from './service/redact-location.ts'

/** Hears of settings of a store that put jobs at risk. */
export type Warn = (message: string) => void

/** Opens a backend, given all that was written after `--backend`. */
type OpenBackend = (location: string, warn: Warn) => Promise<Backend>

/** The backends by the scheme of their location; each is loaded only when it is asked for. */
const OPENERS: Readonly<Record<string, OpenBackend>> = {
  async memory(location) {
    if (location !== 'memory')
      throw new InputError(`the backend "memory" keeps nothing anywhere; write it without more`)
    return (await import('@sluice/queue-memory')).createMemoryBackend()
  },
  redis: openRedis,
  rediss: openRedis,
  postgres: openPostgres,
  postgresql: openPostgres,
  pglite: openPostgres,
}

/**
 * Opens the backend at a location, as in `memory` or `scheme://host/name`.
 *
 * @throws {InputError} for a scheme that no backend answers to.
 */
export async function openBackend(location: string, warn: Warn = warnOnStderr): Promise<Backend> {
  const scheme = /^[^:]*/.exec(location)?.[0] ?? ''
  const open = Object.hasOwn(OPENERS, scheme) ? OPENERS[scheme] : undefined
  if (!open)
    throw new InputError(
      `there is no backend "${redactLocation(location)}"; use one of: ${Object.keys(OPENERS).join(', ')}`,
    )
  return open(location, warn)
}

/** Opens `redis://host:6379/0?namespace=name`; `rediss:` is the same over TLS. */
async function openRedis(location: string, warn: Warn): Promise<Backend> {
  const { createRedisBackend } = await import('@sluice/queue-redis')
  if (!URL.canParse(location))
    throw new InputError(`"${redactLocation(location)}" is not a URL like redis://127.0.0.1:6379/0?namespace=name`)
  const url = new URL(location)
  const namespace = url.searchParams.get('namespace')
  url.searchParams.delete('namespace')
  return createRedisBackend({ url: url.href, warn, ...(namespace === null ? {} : { namespace }) })
}

/** Opens `postgres://user@host:5432/database?namespace=name`, or `pglite:./folder`. */
async function openPostgres(location: string): Promise<Backend> {
  const { createPgBossBackend } = await import('@sluice/queue-pgboss')
  return createPgBossBackend(parsePostgresLocation(location))
}

function warnOnStderr(message: string): void {
  process.stderr.write(`sluice: ${message}\n`)
}
