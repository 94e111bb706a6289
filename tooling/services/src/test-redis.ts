import type { RedisServer } from './redis/redis-server.ts'
import { sharedServerUrl } from './shared-servers.ts'

/** The server at `REDIS_URL`, else one that the test files of a run share. */
export async function testRedis(): Promise<RedisServer> {
  return { url: process.env.REDIS_URL || (await sharedServerUrl('redis')) }
}
