import { createHash } from 'node:crypto'
import { type PrivateRedis, startRedis } from '@sluice-tooling/services'
import { Redis } from 'ioredis'
import { afterAll } from 'vitest'

/** A server that the tests of one file may disturb, with a client that changes its settings. */
export interface TestServer extends PrivateRedis {
  readonly admin: Redis
}

/** Starts a server, and ends it after the tests of the file. */
export async function testServer(): Promise<TestServer> {
  const server = await startRedis()
  const admin = new Redis(server.url, { connectionName: 'admin' })
  admin.on('error', () => {})
  afterAll(async () => {
    admin.disconnect()
    await server.dispose()
  })
  return { ...server, admin }
}

/** A digest of each key of a server, to compare with what it holds later. */
export async function snapshot(admin: Redis): Promise<ReadonlyMap<string, string>> {
  const keys = (await admin.keys('*')).sort()
  const values = await Promise.all(keys.map((key) => readKey(admin, key)))
  return new Map(keys.map((key, index) => [key, digest(values[index])]))
}

async function readKey(admin: Redis, key: string): Promise<unknown> {
  switch (await admin.type(key)) {
    case 'hash':
      return Object.entries(await admin.hgetall(key)).sort()
    case 'list':
      return admin.lrange(key, 0, -1)
    case 'set':
      return (await admin.smembers(key)).sort()
    case 'zset':
      return admin.zrangebyscore(key, '-inf', '+inf', 'WITHSCORES')
    case 'stream':
      return admin.xrange(key, '-', '+')
    default:
      return admin.get(key)
  }
}

function digest(value: unknown): string {
  return createHash('sha1').update(JSON.stringify(value)).digest('hex')
}
