import type { Backend } from '@sluice/core'
import { createMemoryBackend } from '@sluice/queue-memory'
import { createPgBossBackend } from '@sluice/queue-pgboss'
import { createRedisBackend } from '@sluice/queue-redis'
import { makeTemporaryFolder } from '@sluice-tooling/services'
import { withDatabase } from '../postgres/bench-postgres.ts'
import { benchRedis } from '../redis/bench-redis.ts'

/** What keeps jobs and runs. */
export type StoreKind = 'memory' | 'pglite' | 'postgres' | 'redis'

/** Gives the location of an empty store to a measurement, as `sluice serve --backend` takes it, and empties it afterwards. */
export async function withStore(kind: StoreKind, measure: (location: string) => Promise<number>): Promise<number> {
  if (kind === 'memory') return measure('memory')
  if (kind === 'postgres') return withDatabase(measure)
  return kind === 'redis' ? withRedis(measure) : withFolder((folder) => measure(`pglite:${folder}`))
}

/** Opens a backend on a store. */
export async function openStore(location: string): Promise<Backend> {
  if (location === 'memory') return createMemoryBackend()
  if (location.startsWith('redis:')) return createRedisBackend({ url: location, warn: () => {} })
  if (location.startsWith('pglite:')) return createPgBossBackend({ pglite: location.slice('pglite:'.length) })
  return createPgBossBackend({ connectionString: location })
}

/** Gives an empty folder to a measurement, and removes it afterwards. */
export async function withFolder<Value>(use: (path: string) => Promise<Value>): Promise<Value> {
  const folder = await makeTemporaryFolder('bench')
  try {
    return await use(folder.path)
  } finally {
    await folder.dispose()
  }
}

async function withRedis(measure: (url: string) => Promise<number>): Promise<number> {
  const { url, admin } = await benchRedis()
  try {
    return await measure(url)
  } finally {
    await admin.flushdb()
  }
}
