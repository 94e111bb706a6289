import { parseId } from '@sluice/core'
import type { Redis } from 'ioredis'
import type { RedisConnectionOptions } from './connection/connection-options.ts'
import { isCluster } from './connection/redis-client.ts'
import { RedisConnection } from './connection/redis-connection.ts'
import type { RedisSession } from './connection/redis-session.ts'

/** Which namespace to delete, and where. */
export type DeleteNamespaceOptions = RedisConnectionOptions & { readonly namespace: string }

const LOOKED_AT_AT_ONCE = 1000

/**
 * Deletes every key of a namespace, in small steps, and returns how many there were.
 *
 * Close what uses the namespace before. A call that was cut short is finished by another.
 *
 * @throws {ValidationError}
 * @throws {BackendUnavailableError}
 */
export async function deleteNamespace(options: DeleteNamespaceOptions): Promise<number> {
  parseId(options.namespace, 'namespace')
  const session = (await RedisConnection.open({ ...options, warn: () => {} })).session()
  try {
    const servers = await session.call(async (client) => (isCluster(client) ? client.nodes('master') : [client]))
    let deleted = 0
    for (const server of servers) deleted += await deleteKeys(session, server)
    return deleted
  } finally {
    await session.close()
  }
}

async function deleteKeys(session: RedisSession, server: Redis): Promise<number> {
  const pattern = `${session.keys.prefix}*`
  let deleted = 0
  let cursor = '0'
  do {
    const [next, found] = await session.call(() => server.scan(cursor, 'MATCH', pattern, 'COUNT', LOOKED_AT_AT_ONCE))
    if (found.length > 0) deleted += await session.call((client) => client.unlink(found))
    cursor = next
  } while (cursor !== '0')
  return deleted
}
