import { Buffer } from 'node:buffer'
import {
  cutText,
  type FollowLogOptions,
  type JobRef,
  type LogChunk,
  type LogPage,
  type LogStore,
  type LogStream,
  parseAge,
  parseLogChunks,
  parseLogPosition,
  parseLogRef,
  parseOptions,
  parsePageSize,
  QueueClosedError,
  type ReadLogOptions,
  type StoredLogChunk,
} from '@sluice/core'
import type { Session } from './session.ts'
import type { Store } from './store.ts'
import { Waiters } from './waiters.ts'

/** UTF-8 bytes of text kept of one job at the most. */
const MAX_LOG_BYTES = 16 * 1024 * 1024

interface LogRow {
  readonly id: number
  readonly length: number
  readonly bytes: number
  readonly is_truncated: number
}

interface ChunkRow {
  readonly position: number
  readonly attempt: number
  readonly sequence: number
  readonly stream: LogStream
  readonly text: string
  readonly is_truncated: number
  readonly at: number
}

/** What jobs print, in a SQLite file. */
export class SqliteLogStore implements LogStore {
  readonly #store: Store
  readonly #followers: Waiters

  constructor(store: Store) {
    this.#store = store
    this.#followers = new Waiters(store.clock)
  }

  async append(chunks: readonly LogChunk[]): Promise<void> {
    this.#store.transaction((session) => {
      for (const chunk of parseLogChunks(chunks)) appendChunk(session, chunk)
    })
    this.#followers.wakeAll()
  }

  async read(job: JobRef, options?: ReadLogOptions): Promise<LogPage> {
    return this.#read(job, parseOptions(options))
  }

  async *follow(job: JobRef, options?: FollowLogOptions): AsyncGenerator<StoredLogChunk, undefined> {
    const { from = 0, signal } = parseOptions(options)
    if (!this.#store.isOpen) throw new QueueClosedError()
    const isOver = () => signal?.aborted || !this.#store.isOpen
    for (let position = from; !isOver(); ) {
      const { chunks, next } = this.#read(job, { from: position })
      if (chunks.length === 0) await this.#followers.wait(signal)
      for (const chunk of chunks) {
        if (isOver()) return
        yield chunk
      }
      position = next
    }
  }

  async purge(olderThanMs: number): Promise<number> {
    return this.#store.transaction((session) => {
      const before = session.now - parseAge(olderThanMs, 'olderThanMs')
      return session.run('DELETE FROM log WHERE last_at < :before', { before })
    })
  }

  /** Ends every follower, once the store is closed. */
  close(): void {
    this.#followers.wakeAll()
  }

  #read(job: JobRef, options: ReadLogOptions): LogPage {
    return this.#store.transaction((session) => {
      const { workflowId, jobId } = parseLogRef(job)
      const from = parseLogPosition(options.from)
      const rows = session.all<ChunkRow>(
        `SELECT log_chunk.* FROM log_chunk JOIN log ON log.id = log_chunk.log
         WHERE workflow_id = :workflowId AND job_id = :jobId AND position >= :from
         ORDER BY position LIMIT :limit`,
        { workflowId, jobId, from, limit: parsePageSize(options.limit) },
      )
      return { chunks: rows.map((row) => describeChunk({ workflowId, jobId }, row)), next: from + rows.length }
    })
  }
}

/** Adds a chunk, unless it is stored already or the log is full. Cuts the one that does not fit, and marks it. */
function appendChunk(session: Session, { workflowId, jobId, attempt, sequence, stream, text }: LogChunk): void {
  const log = openLog(session, { workflowId, jobId })
  if (log.is_truncated) return
  // A chunk without text counts too: without end, they would take room without end.
  const bytes = Math.max(1, Buffer.byteLength(text))
  const leftBytes = MAX_LOG_BYTES - log.bytes
  const isTruncated = bytes > leftBytes ? 1 : 0
  const stored = session.run(
    `INSERT INTO log_chunk (log, position, attempt, sequence, stream, text, is_truncated, at)
     VALUES (:log, :position, :attempt, :sequence, :stream, :text, :isTruncated, :now)
     ON CONFLICT (log, attempt, sequence) DO NOTHING`,
    {
      log: log.id,
      position: log.length,
      attempt,
      sequence,
      stream,
      text: isTruncated ? cutText(text, leftBytes) : text,
      isTruncated,
      now: session.now,
    },
  )
  if (stored === 0) return
  session.run(
    `UPDATE log SET length = length + 1, bytes = bytes + :bytes, is_truncated = :isTruncated, last_at = :now
     WHERE id = :id`,
    { id: log.id, bytes, isTruncated, now: session.now },
  )
}

/** The log of a job, which its first chunk begins. */
function openLog(session: Session, job: JobRef): LogRow {
  const log = session.get<LogRow>(
    `INSERT INTO log (workflow_id, job_id, last_at) VALUES (:workflowId, :jobId, :now)
     ON CONFLICT (workflow_id, job_id) DO UPDATE SET job_id = job_id RETURNING *`,
    { workflowId: job.workflowId, jobId: job.jobId, now: session.now },
  )
  return log as LogRow
}

function describeChunk(job: JobRef, row: ChunkRow): StoredLogChunk {
  const { attempt, sequence, stream, text, position, at, is_truncated } = row
  const chunk = { ...job, attempt, sequence, stream, text, position, at }
  return is_truncated ? { ...chunk, truncated: true } : chunk
}
