import { ValidationError } from '@sluice/core'
import type { Redis } from 'ioredis'
import { isCluster, type RedisClient } from './redis-client.ts'

const OLDEST = { major: 6, minor: 2 }

/**
 * Refuses servers that lack what the scripts need, and warns of settings that put jobs at risk.
 *
 * @throws {ValidationError} for a server older than Redis 6.2.
 */
export async function checkServer(client: RedisClient, warn: (message: string) => void): Promise<void> {
  const servers = isCluster(client) ? client.nodes('master') : [client]
  const warnings = await Promise.all(servers.map(checkOne))
  for (const message of new Set(warnings.flat())) warn(message)
}

async function checkOne(server: Redis): Promise<readonly string[]> {
  const info = parseInfo(await server.info())
  checkVersion(info.get('redis_version') ?? '')
  const warnings: string[] = []
  const policy = info.get('maxmemory_policy')
  if (policy !== undefined && policy !== 'noeviction') {
    warnings.push(`Redis evicts keys when it is full (maxmemory-policy ${policy}), and jobs with them; set noeviction`)
  }
  if (info.get('aof_enabled') === '0' && (await hasNoSnapshots(server))) {
    warnings.push('Redis persists nothing: a restart loses every job; set appendonly yes')
  }
  return warnings
}

function checkVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return
  throw new ValidationError('connection', `must be to Redis 6.2 or newer, not ${version || 'an unknown version'}`)
}

async function hasNoSnapshots(server: Redis): Promise<boolean> {
  // Hosted servers often forbid CONFIG; they persist by settings of their own.
  const config: unknown = await server.config('GET', 'save').catch(() => null)
  return Array.isArray(config) && config[1] === ''
}

function parseInfo(info: string): ReadonlyMap<string, string> {
  const lines = info.split(/\r?\n/).map((line) => /^([^#:]+):(.*)$/.exec(line))
  return new Map(lines.flatMap((match) => (match ? [[match[1] as string, match[2] as string] as const] : [])))
}
