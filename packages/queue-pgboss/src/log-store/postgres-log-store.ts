import {
  type FollowLogOptions,
  type JobRef,
  type LogChunk,
  type LogPage,
  LogPageSize,
  type LogStore,
  type LogStream,
  parseAge,
  parseInteger,
  parseLogChunks,
  parseLogPosition,
  parseLogRef,
  parseOptions,
  parsePageSize,
  QueueClosedError,
  QueueError,
  type ReadLogOptions,
  type StoredLogChunk,
} from '@sluice/core'
import type { Database } from '../database/database.ts'
import { DatabaseHandle } from '../database/database-handle.ts'
import type { PostgresOptions } from '../database/database-options.ts'
import { openDatabase } from '../database/open-database.ts'
import type { Session } from '../database/session.ts'
import appendChunksSql from './append-chunks.sql'
import deleteChunksSql from './delete-chunks.sql'
import deleteLogsSql from './delete-logs.sql'
import findOldLogsSql from './find-old-logs.sql'
import lockLogsSql from './lock-logs.sql'
import lockOldLogsSql from './lock-old-logs.sql'
import { LogFollower, type LogSource } from './log-follower.ts'
import { LogSignals } from './log-signals.ts'
import readChunksSql from './read-chunks.sql'

/** How a log store differs from the default. */
export interface PostgresLogStoreOptions {
  /** UTF-8 bytes of text kept of one job at the most, up to 1 GiB. Defaults to 16 MiB. */
  readonly maxLogBytesPerJob?: number
  /** How often followers look for what no notification told, in milliseconds. Defaults to 1,000. */
  readonly pollIntervalMs?: number
}

interface ChunkRow {
  readonly position: number
  readonly attempt: number
  readonly sequence: number
  readonly stream: LogStream
  readonly text: string
  readonly truncated: boolean
  readonly at: number
}

const DEFAULT_MAX_LOG_BYTES = 16 * 1024 * 1024
const MAX_LOG_BYTES = 1024 * 1024 * 1024

/** About the most of text in one statement, in UTF-16 units. */
const APPENDED_AT_ONCE = 1024 * 1024
const LOGS_AT_ONCE = 1000
const CHUNKS_DELETED_AT_ONCE = 5000

/** What jobs print, in PostgreSQL. */
export class PostgresLogStore implements LogStore {
  readonly #handle: DatabaseHandle
  readonly #maxBytes: number
  readonly #signals: LogSignals

  /** @throws {ValidationError} */
  constructor(handle: DatabaseHandle, options: PostgresLogStoreOptions = {}) {
    const { maxLogBytesPerJob = DEFAULT_MAX_LOG_BYTES, pollIntervalMs = 1000 } = options
    this.#handle = handle
    this.#maxBytes = parseInteger(maxLogBytesPerJob, 'maxLogBytesPerJob', 1, MAX_LOG_BYTES)
    this.#signals = new LogSignals(handle.database, parseInteger(pollIntervalMs, 'pollIntervalMs', 1, 2 ** 31 - 1))
  }

  /**
   * Opens a store on a database of its own.
   *
   * @throws {ValidationError}
   * @throws {BackendUnavailableError}
   */
  static async open(options: PostgresOptions & PostgresLogStoreOptions): Promise<PostgresLogStore> {
    const database = await openDatabase(options)
    try {
      return new PostgresLogStore(new DatabaseHandle(database, true), options)
    } catch (error) {
      await database.close()
      throw error
    }
  }

  append(chunks: readonly LogChunk[]): Promise<void> {
    return this.#handle.call(async (database) => {
      const valid = parseLogChunks(chunks)
      if (valid.length > 0) await database.transaction((session) => this.#append(session, valid))
    })
  }

  read(job: JobRef, options?: ReadLogOptions): Promise<LogPage> {
    return this.#handle.call(async (database) => {
      const ref = parseLogRef(job)
      const wanted = parseOptions(options)
      const from = parseLogPosition(wanted.from)
      const chunks = await readChunks(database, ref, from, parsePageSize(wanted.limit))
      return { chunks, next: from + chunks.length }
    })
  }

  /** As the interface says; one that has begun goes on after an outage of the database. */
  follow(job: JobRef, options?: FollowLogOptions): AsyncIterableIterator<StoredLogChunk, undefined> {
    return new LogFollower(() => this.#source(job, parseOptions(options)), options?.signal)
  }

  purge(olderThanMs: number): Promise<number> {
    return this.#handle.call(async (database) => {
      parseAge(olderThanMs, 'olderThanMs')
      let count = 0
      for (let after = 0; ; ) {
        const looked = [after, olderThanMs, LOGS_AT_ONCE]
        const logs = await database.query<{ id: number; is_old: boolean }>(findOldLogsSql, looked)
        const old = logs.filter(({ is_old }) => is_old).map(({ id }) => id)
        if (old.length > 0) count += await database.transaction((session) => deleteLogs(session, old, olderThanMs))
        if (logs.length < LOGS_AT_ONCE) break
        after = logs.at(-1)?.id as number
      }
      while ((await database.query(deleteChunksSql, [CHUNKS_DELETED_AT_ONCE])).length > 0);
      return count
    })
  }

  /** Ends every follower, and makes every later call reject with `QueueClosedError`. */
  async close(): Promise<void> {
    const closing = this.#handle.close()
    await this.#signals.close()
    await closing
  }

  async #append(session: Session, chunks: readonly LogChunk[]): Promise<void> {
    const jobs = new Map(chunks.map(({ workflowId, jobId }) => [`${workflowId}\0${jobId}`, { workflowId, jobId }]))
    session.query(lockLogsSql, [JSON.stringify([...jobs.values()])])
    for (const part of partsOf(chunks)) session.query(appendChunksSql, [JSON.stringify(part), this.#maxBytes])
    this.#signals.send(session, [...jobs.values()])
  }

  #source(job: JobRef, { from }: FollowLogOptions): LogSource {
    if (this.#handle.isClosed) throw new QueueClosedError()
    const ref = parseLogRef(job)
    const size = new LogPageSize()
    return {
      from: parseLogPosition(from),
      read: (position) => this.#readUnlessClosed(ref, position, size),
      watch: (onChange) => this.#signals.watch(ref, onChange),
    }
  }

  async #readUnlessClosed(job: JobRef, position: number, size: LogPageSize): Promise<readonly StoredLogChunk[] | null> {
    try {
      return size.fit(await this.#handle.call((database) => readChunks(database, job, position, size.limit)))
    } catch (error) {
      if (QueueError.is(error, 'QUEUE_CLOSED')) return null
      throw error
    }
  }
}

async function readChunks(database: Database, job: JobRef, from: number, limit: number): Promise<StoredLogChunk[]> {
  const { workflowId, jobId } = job
  const rows = await database.query<ChunkRow>(readChunksSql, [workflowId, jobId, from, limit])
  return rows.map(({ truncated, ...chunk }) => ({ workflowId, jobId, ...chunk, ...(truncated ? { truncated } : {}) }))
}

async function deleteLogs(session: Session, ids: readonly number[], olderThanMs: number): Promise<number> {
  const locked = await session.query<{ id: number }>(lockOldLogsSql, [ids])
  const deleted = await session.query(deleteLogsSql, [locked.map(({ id }) => id), olderThanMs])
  return deleted.length
}

/** Parts of a call that are not too much for one statement. */
function* partsOf(chunks: readonly LogChunk[]): Generator<readonly LogChunk[]> {
  let part: LogChunk[] = []
  let length = 0
  for (const chunk of chunks) {
    part.push(chunk)
    length += chunk.text.length + 100
    if (length < APPENDED_AT_ONCE) continue
    yield part
    part = []
    length = 0
  }
  if (part.length > 0) yield part
}
