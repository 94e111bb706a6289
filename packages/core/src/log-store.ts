import type { JobRef } from './job.ts'

/** Where a piece of a log comes from; `system` is what Sluice itself has to say. */
export type LogStream = 'stdout' | 'stderr' | 'system'

/** A piece of a job's log, as its worker sends it. */
export interface LogChunk extends JobRef {
  /** The attempt that wrote it. Counts from 0. */
  readonly attempt: number
  /**
   * An integer from 0 up to 2^53 - 1: a chunk of the same attempt and sequence is stored once.
   *
   * Each lease begins somewhere else, because an attempt that was released runs again under the same number.
   */
  readonly sequence: number
  readonly stream: LogStream
  readonly text: string
}

/** A piece of a job's log, as readers get it. */
export interface StoredLogChunk extends LogChunk {
  /** Goes up within the job, without gaps, from 0. */
  readonly position: number
  /** When it was stored: milliseconds since the epoch on the store's clock. */
  readonly at: number
  /** True on the last chunk of a log that reached its size limit: what came after is not stored. */
  readonly truncated?: true
}

/** Where to read. */
export interface ReadLogOptions {
  /** The first position wanted. Defaults to 0. */
  readonly from?: number
  /** Chunks at the most, 1 to 1,000. Defaults to 100. */
  readonly limit?: number
}

/** Chunks in order, and the position at which to read on. */
export interface LogPage {
  readonly chunks: readonly StoredLogChunk[]
  readonly next: number
}

/** Where to begin, and when to end. */
export interface FollowLogOptions {
  /** The first position wanted. Defaults to 0. */
  readonly from?: number
  /** Ends the iteration. */
  readonly signal?: AbortSignal
}

/**
 * What jobs print, bounded in size per job.
 *
 * Every rejection is a `QueueError`; `BackendUnavailableError` and `QueueClosedError` are common to all methods.
 */
export interface LogStore {
  /**
   * Stores chunks in the order given; one that is stored already, by attempt and sequence, is left as it is.
   *
   * Past the job's size limit one chunk with `truncated` is stored, and nothing after it.
   *
   * @throws {ValidationError} and stores nothing.
   */
  append(chunks: readonly LogChunk[]): Promise<void>

  /** Reads a page of a job's log; an unknown job has an empty one. */
  read(job: JobRef, options?: ReadLogOptions): Promise<LogPage>

  /**
   * Yields a job's chunks from a position on, those stored and those to come, each once and in order.
   *
   * Ends when `signal` aborts, the consumer stops, or the store is closed.
   */
  follow(job: JobRef, options?: FollowLogOptions): AsyncIterable<StoredLogChunk>

  /** Removes the logs whose last chunk was stored more than `olderThanMs` ago, and returns of how many jobs. */
  purge(olderThanMs: number): Promise<number>
}
