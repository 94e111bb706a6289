import { LIMITS, parseInteger, ValidationError } from '@sluice/core'
import type { RedisOptions } from 'ioredis'
import { KeySpace } from './key-space.ts'
import { createClient, isCluster, type RedisClient } from './redis-client.ts'

/** Where Redis is, and which part of it to use. */
export interface RedisConnectionOptions {
  /** As in `redis://user:password@host:6379/0`, or `rediss://` for TLS. Defaults to `redis://127.0.0.1:6379`. */
  readonly url?: string
  /** Further options of ioredis for a connection by `url`: `tls`, `sentinels` and so on. */
  readonly redisOptions?: RedisOptions
  /** A client of yours instead of `url`: a `Redis`, or a `Cluster`. It is never closed; subscriptions use a duplicate. */
  readonly connection?: RedisClient
  /** Keeps several queues in one Redis apart: 1 to 255 characters. Defaults to `default`. */
  readonly namespace?: string
  /** How long a call waits for Redis before it rejects with `BackendUnavailableError`, 1 ms to 24 h. Defaults to 10,000. */
  readonly requestTimeoutMs?: number
  /** Told of settings of the server that put jobs at risk. Defaults to `process.emitWarning`. */
  readonly warn?: (message: string) => void
}

/** Options that passed validation. */
export interface ValidConnectionOptions {
  readonly client: RedisClient
  readonly isOwned: boolean
  readonly keys: KeySpace
  readonly requestTimeoutMs: number
  readonly warn: (message: string) => void
}

const DEFAULT_URL = 'redis://127.0.0.1:6379'
const DEFAULT_REQUEST_TIMEOUT_MS = 10_000

/** @throws {ValidationError} */
export function parseConnectionOptions(options: RedisConnectionOptions): ValidConnectionOptions {
  const { url, redisOptions, connection, namespace = 'default', warn = emitWarning } = options
  const keys = new KeySpace(namespace)
  const requestTimeoutMs = parseInteger(
    options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS,
    'requestTimeoutMs',
    1,
    LIMITS.waitMs,
  )
  if (typeof warn !== 'function') throw new ValidationError('warn', 'must be a function')
  if (connection !== undefined) {
    if (url !== undefined || redisOptions !== undefined)
      throw new ValidationError('connection', 'must not be given together with url or redisOptions')
    return { client: checkClient(connection), isOwned: false, keys, requestTimeoutMs, warn }
  }
  if (redisOptions?.keyPrefix) throw new ValidationError('redisOptions.keyPrefix', KEY_PREFIX_PROBLEM)
  const client = createClient(checkUrl(url ?? DEFAULT_URL), requestTimeoutMs, redisOptions)
  return { client, isOwned: true, keys, requestTimeoutMs, warn }
}

const KEY_PREFIX_PROBLEM = 'must not be set, because scripts name keys themselves; use namespace'

function checkClient(connection: RedisClient): RedisClient {
  if (typeof connection !== 'object' || connection === null || typeof connection.evalsha !== 'function')
    throw new ValidationError('connection', 'must be a Redis or a Cluster of ioredis')
  const keyPrefix = isCluster(connection)
    ? (connection.options.keyPrefix ?? connection.options.redisOptions?.keyPrefix)
    : connection.options.keyPrefix
  if (keyPrefix) throw new ValidationError('connection.options.keyPrefix', KEY_PREFIX_PROBLEM)
  return connection
}

function checkUrl(url: string): string {
  if (typeof url !== 'string' || !/^rediss?:\/\//.test(url) || !URL.canParse(url))
    throw new ValidationError('url', 'must be like redis://host:6379 or rediss://host:6379')
  return url
}

function emitWarning(message: string): void {
  process.emitWarning(message, 'SluiceRedisWarning')
}
