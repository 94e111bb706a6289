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
  const info = await server.info()
  const warnings = checkInfo(info)
  if (/^aof_enabled:0\r?$/m.test(info) && (await hasNoSnapshots(server)))
    return [...warnings, 'Redis persists nothing: a restart loses every job; set appendonly yes']
  return warnings
}

/**
 * Checks what a server tells of itself in `INFO`.
 *
 * @throws {ValidationError} for a server older than Redis 6.2.
 */
export function checkInfo(info: string): readonly string[] {
  const [, version = ''] = /^redis_version:([^\r\n]*)/m.exec(info) ?? []
  const [, policy = 'noeviction'] = /^maxmemory_policy:([^\r\n]*)/m.exec(info) ?? []
  checkVersion(version)
  if (policy === 'noeviction') return []
  return [`Redis evicts keys when it is full (maxmemory-policy ${policy}), and jobs with them; set noeviction`]
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
