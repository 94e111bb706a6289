import {
  type FollowLogOptions,
  type JobRef,
  type LogChunk,
  type LogPage,
  type LogStore,
  parseAge,
  parseInteger,
  parseLogChunks,
  parseLogPosition,
  parseLogRef,
  parseOptions,
  parsePageSize,
  QueueClosedError,
  type ReadLogOptions,
  type StoredLogChunk,
} from '@sluice/core'
import { type Clock, systemClock } from './clock.ts'
import { LinkedList } from './linked-list.ts'
import { LogFollower, type LogSource } from './log-follower.ts'
import type { MemoryStoreOptions } from './memory-store-options.ts'
import { StoredLog } from './stored-log.ts'

/** How an in-memory log store differs from the default. */
export interface MemoryLogStoreOptions extends MemoryStoreOptions {
  /** UTF-8 bytes of text kept of one job at the most. Defaults to 16 MiB. */
  readonly maxLogBytesPerJob?: number
}

const DEFAULT_MAX_LOG_BYTES = 16 * 1024 * 1024

/** What jobs print, in the memory of this process. */
export class MemoryLogStore implements LogStore {
  readonly #clock: Clock
  readonly #maxBytes: number
  readonly #logs = new Map<string, StoredLog>()
  /** The logs by the time of their last chunk, the oldest first. */
  readonly #byAge = new LinkedList<StoredLog>()
  readonly #watchers = new Map<string, Set<() => void>>()
  #isClosed = false

  /** @throws {ValidationError} */
  constructor({ clock = systemClock, maxLogBytesPerJob = DEFAULT_MAX_LOG_BYTES }: MemoryLogStoreOptions = {}) {
    this.#clock = clock
    this.#maxBytes = parseInteger(maxLogBytesPerJob, 'maxLogBytesPerJob', 1, Number.MAX_SAFE_INTEGER)
  }

  async append(chunks: readonly LogChunk[]): Promise<void> {
    const now = this.#begin()
    const valid = parseLogChunks(chunks)
    const changed = new Set<string>()
    for (const chunk of valid) {
      const log = this.#logFor(keyOf(chunk))
      const { length } = log.chunks
      log.append(chunk, now)
      if (log.chunks.length > length) changed.add(log.key)
    }
    for (const key of changed) {
      const log = this.#logFor(key)
      this.#byAge.remove(log)
      this.#byAge.push(log)
      this.#notify(key)
    }
  }

  async read(job: JobRef, options?: ReadLogOptions): Promise<LogPage> {
    this.#begin()
    const key = keyOf(parseLogRef(job))
    const wanted = parseOptions(options)
    const from = parseLogPosition(wanted.from)
    const limit = parsePageSize(wanted.limit)
    const chunks = this.#logs.get(key)?.chunks.slice(from, from + limit) ?? []
    return { chunks, next: from + chunks.length }
  }

  follow(job: JobRef, options?: FollowLogOptions): AsyncIterableIterator<StoredLogChunk, undefined> {
    return new LogFollower(() => this.#open(job, parseOptions(options)), options?.signal)
  }

  async purge(olderThanMs: number): Promise<number> {
    const before = this.#begin() - parseAge(olderThanMs, 'olderThanMs')
    let removed = 0
    for (let log = this.#byAge.first; log && log.lastAt < before; log = this.#byAge.first) {
      this.#byAge.remove(log)
      this.#logs.delete(log.key)
      removed++
    }
    return removed
  }

  /** Ends every follower, and makes every later call reject with `QueueClosedError`. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const key of [...this.#watchers.keys()]) this.#notify(key)
  }

  #begin(): number {
    if (this.#isClosed) throw new QueueClosedError()
    return Math.floor(this.#clock.now())
  }

  #logFor(key: string): StoredLog {
    const known = this.#logs.get(key)
    if (known) return known
    const log = new StoredLog(key, this.#maxBytes)
    this.#logs.set(key, log)
    this.#byAge.push(log)
    return log
  }

  #open(job: JobRef, { from }: FollowLogOptions): LogSource {
    this.#begin()
    const key = keyOf(parseLogRef(job))
    return {
      from: parseLogPosition(from),
      read: (position) => (this.#isClosed ? undefined : (this.#logs.get(key)?.chunks[position] ?? null)),
      watch: (onChange) => this.#watch(key, onChange),
    }
  }

  #watch(key: string, onChange: () => void): () => void {
    const watchers = this.#watchers.get(key) ?? new Set()
    this.#watchers.set(key, watchers.add(onChange))
    return () => {
      watchers.delete(onChange)
      if (watchers.size === 0) this.#watchers.delete(key)
    }
  }

  #notify(key: string): void {
    for (const onChange of this.#watchers.get(key) ?? []) onChange()
  }
}

/** Names a log by one string; no id contains the separator. */
function keyOf({ workflowId, jobId }: JobRef): string {
  return `${workflowId}\0${jobId}`
}
