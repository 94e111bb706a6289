import type { Backend } from '@sluice/core'
import { InputError } from './input-error.ts'

/** Opens a backend, given all that was written after `--backend`. */
type OpenBackend = (location: string) => Promise<Backend>

/** The backends by the scheme of their location; each is loaded only when it is asked for. */
const OPENERS: Readonly<Record<string, OpenBackend>> = {
  async memory(location) {
    if (location !== 'memory')
      throw new InputError(`the backend "memory" keeps nothing anywhere; write it without more`)
    return (await import('@sluice/queue-memory')).createMemoryBackend()
  },
  redis: openRedis,
  rediss: openRedis,
}

/**
 * Opens the backend at a location, as in `memory` or `scheme://host/name`.
 *
 * @throws {InputError} for a scheme that no backend answers to.
 */
export async function openBackend(location: string): Promise<Backend> {
  const scheme = /^[^:]*/.exec(location)?.[0] ?? ''
  const open = Object.hasOwn(OPENERS, scheme) ? OPENERS[scheme] : undefined
  if (!open) throw new InputError(`there is no backend "${location}"; use one of: ${Object.keys(OPENERS).join(', ')}`)
  return open(location)
}

async function openRedis(location: string): Promise<Backend> {
  return (await import('@sluice/queue-redis')).createRedisBackend({ url: location })
}
