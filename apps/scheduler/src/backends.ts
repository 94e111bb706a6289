import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Backend } from '@sluice/core'
import { InputError } from './input-error.ts'

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
  pglite: openPglite,
}

/**
 * Opens the backend at a location, as in `memory` or `scheme://host/name`.
 *
 * @throws {InputError} for a scheme that no backend answers to.
 */
export async function openBackend(location: string, warn: Warn = warnOnStderr): Promise<Backend> {
  const scheme = /^[^:]*/.exec(location)?.[0] ?? ''
  const open = Object.hasOwn(OPENERS, scheme) ? OPENERS[scheme] : undefined
  if (!open) throw new InputError(`there is no backend "${location}"; use one of: ${Object.keys(OPENERS).join(', ')}`)
  return open(location, warn)
}

/** Opens `redis://host:6379/0?namespace=name`; `rediss:` is the same over TLS. */
async function openRedis(location: string, warn: Warn): Promise<Backend> {
  const { createRedisBackend } = await import('@sluice/queue-redis')
  const { url, namespace } = takeNamespace(location, 'redis://127.0.0.1:6379/0')
  return createRedisBackend({ url, warn, ...namespace })
}

/** Opens `postgres://user@host:5432/database?namespace=name`. */
async function openPostgres(location: string): Promise<Backend> {
  const { createPgBossBackend } = await import('@sluice/queue-pgboss')
  const { url: connectionString, namespace } = takeNamespace(location, 'postgres://user@127.0.0.1:5432/database')
  return createPgBossBackend({ connectionString, ...namespace })
}

/** Opens `pglite:folder`, which is made if it is not there. */
async function openPglite(location: string): Promise<Backend> {
  const { createPgBossBackend } = await import('@sluice/queue-pgboss')
  const folder = location.slice('pglite:'.length)
  if (folder === '') throw new InputError(`"${location}" names no folder; write it as pglite:/var/lib/sluice`)
  if (folder !== 'memory://') await mkdir(dirname(resolve(folder)), { recursive: true, mode: 0o700 })
  return createPgBossBackend({ pglite: folder })
}

/** Takes `namespace` out of the query of a URL, because the stores themselves know nothing of it. */
function takeNamespace(location: string, example: string) {
  if (!URL.canParse(location)) throw new InputError(`"${location}" is not a URL like ${example}?namespace=name`)
  const url = new URL(location)
  const namespace = url.searchParams.get('namespace')
  url.searchParams.delete('namespace')
  return { url: url.href, namespace: namespace === null ? {} : { namespace } }
}

function warnOnStderr(message: string): void {
  process.stderr.write(`sluice: ${message}\n`)
}
