import { type JobRef, LogPageSize, type LogStore, type StoredLogChunk } from '@sluice/core'
import { END_EVENT } from './run-events.ts'
import type { ServerSentEvent } from './server-sent-event.ts'

/** Which log to follow, and until when. */
export interface JobLogEventsOptions {
  readonly logs: LogStore
  readonly job: JobRef
  /** The first position wanted. */
  readonly from: number
  /** Aborts when nothing more is to come. */
  readonly ended: AbortSignal
  readonly signal: AbortSignal
}

/** Tells of a log from a position on, what is stored and what is to come, until the job has ended. */
export async function* jobLogEvents(options: JobLogEventsOptions): AsyncGenerator<readonly ServerSentEvent[]> {
  const { logs, job, ended, signal } = options
  let next = options.from
  const size = new LogPageSize()
  const readStored = async function* () {
    for (;;) {
      const { chunks } = await logs.read(job, { from: next, limit: size.limit })
      if (chunks.length === 0 || signal.aborted) return
      const page = size.fit(chunks)
      next += page.length
      yield page.map(logEvent)
    }
  }
  yield* readStored()
  for await (const chunk of logs.follow(job, { from: next, signal: AbortSignal.any([signal, ended]) })) {
    next = chunk.position + 1
    yield [logEvent(chunk)]
  }
  if (!ended.aborted) return
  yield* readStored()
  if (!signal.aborted) yield [END_EVENT]
}

/** A piece of a log without the names that its reader knows. */
export function logEntry({ workflowId, jobId, ...entry }: StoredLogChunk): Omit<StoredLogChunk, keyof JobRef> {
  return entry
}

function logEvent(chunk: StoredLogChunk): ServerSentEvent {
  return { event: 'log', id: chunk.position, data: logEntry(chunk) }
}
