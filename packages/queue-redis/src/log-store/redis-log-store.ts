import {
  type FollowLogOptions,
  type JobRef,
  LIMITS,
  type LogChunk,
  type LogPage,
  LogPageSize,
  type LogStore,
  parseAge,
  parseInteger,
  parseLogChunks,
  parseLogPosition,
  parseLogRef,
  parseOptions,
  parsePageSize,
  type ReadLogOptions,
  type StoredLogChunk,
} from '@sluice/core'
import type { RedisConnectionOptions } from '../connection/connection-options.ts'
import { RedisConnection } from '../connection/redis-connection.ts'
import type { RedisSession } from '../connection/redis-session.ts'
import { Script } from '../connection/script.ts'
import appendLog from './append-log.lua'
import { batchChunks } from './log-batches.ts'
import { LogFollower, type LogSource } from './log-follower.ts'
import purgeLogs from './purge-logs.lua'
import { decodeChunk, logName } from './stored-chunk.ts'

/** How a log store in Redis differs from the default. */
export interface RedisLogStoreOptions {
  /** UTF-8 bytes of text kept of one job at the most. Defaults to 16 MiB. */
  readonly maxLogBytesPerJob?: number
  /** How often followers look for chunks that they were not told of, 100 ms to 24 h. Defaults to 5,000. */
  readonly pollIntervalMs?: number
}

const DEFAULT_MAX_LOG_BYTES = 16 * 1024 * 1024
const DEFAULT_POLL_INTERVAL_MS = 5000
const PURGED_AT_ONCE = 100

const APPEND_LOG = new Script<number>('append-log', appendLog)
const PURGE_LOGS = new Script<number>('purge-logs', purgeLogs)

/** What jobs print, in Redis. */
export class RedisLogStore implements LogStore {
  readonly #session: RedisSession
  readonly #maxBytes: number
  readonly #pollIntervalMs: number
  readonly #followers = new Set<LogFollower>()

  /** @throws {ValidationError} */
  constructor(connection: RedisConnection, options: RedisLogStoreOptions = {}) {
    const { maxLogBytesPerJob = DEFAULT_MAX_LOG_BYTES, pollIntervalMs = DEFAULT_POLL_INTERVAL_MS } = options
    this.#maxBytes = parseInteger(maxLogBytesPerJob, 'maxLogBytesPerJob', 1, Number.MAX_SAFE_INTEGER)
    this.#pollIntervalMs = parseInteger(pollIntervalMs, 'pollIntervalMs', 100, LIMITS.waitMs)
    this.#session = connection.session()
  }

  /**
   * Opens the store on a connection of its own.
   *
   * @throws {ValidationError}
   * @throws {BackendUnavailableError}
   */
  static async open(options: RedisConnectionOptions & RedisLogStoreOptions = {}): Promise<RedisLogStore> {
    return RedisConnection.openFor(options, (connection) => new RedisLogStore(connection, options))
  }

  async append(chunks: readonly LogChunk[]): Promise<void> {
    this.#session.assertOpen()
    const logs = batchChunks(parseLogChunks(chunks), this.#maxBytes)
    await Promise.all(
      logs.map(async ({ name, batches }) => {
        for (const batch of batches) {
          await this.#session.run(APPEND_LOG, [this.#session.keys.prefix], [name, this.#maxBytes, ...batch])
        }
      }),
    )
  }

  async read(job: JobRef, options?: ReadLogOptions): Promise<LogPage> {
    this.#session.assertOpen()
    const ref = parseLogRef(job)
    const wanted = parseOptions(options)
    const from = parseLogPosition(wanted.from)
    const chunks = await this.#read(ref, from, parsePageSize(wanted.limit))
    return { chunks, next: from + chunks.length }
  }

  follow(job: JobRef, options?: FollowLogOptions): AsyncIterableIterator<StoredLogChunk, undefined> {
    const follower = new LogFollower({
      open: () => {
        const from = parseLogPosition(parseOptions(options).from)
        const source = this.#source(job)
        this.#followers.add(follower)
        return { source, from }
      },
      signal: options?.signal,
      pollIntervalMs: this.#pollIntervalMs,
      onEnd: () => this.#followers.delete(follower),
    })
    return follower
  }

  async purge(olderThanMs: number): Promise<number> {
    this.#session.assertOpen()
    const args = [parseAge(olderThanMs, 'olderThanMs'), PURGED_AT_ONCE]
    for (let total = 0; ; ) {
      const purged = await this.#session.run(PURGE_LOGS, [this.#session.keys.prefix], args)
      total += purged
      if (purged < PURGED_AT_ONCE) return total
    }
  }

  /** Ends every follower, and makes every later call reject with `QueueClosedError`. */
  async close(): Promise<void> {
    const closing = this.#session.close()
    for (const follower of this.#followers) follower.end()
    await closing
  }

  async #read(ref: JobRef, from: number, limit: number): Promise<StoredLogChunk[]> {
    const key = this.#key(ref)
    const stored = await this.#session.call((client) => client.lrange(key, from, from + limit - 1))
    return stored.map((chunk, index) => decodeChunk(ref, from + index, chunk))
  }

  #source(job: JobRef): LogSource {
    this.#session.assertOpen()
    const ref = parseLogRef(job)
    const size = new LogPageSize()
    return {
      read: async (position) => size.fit(await this.#read(ref, position, size.limit)),
      watch: (onChange) => this.#session.subscribe(this.#key(ref), { onMessage: onChange, onReconnect: onChange }),
    }
  }

  #key(ref: JobRef): string {
    return this.#session.keys.key(`log:${logName(ref)}`)
  }
}
