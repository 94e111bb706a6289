import type { JobRef, LogStore, StoredLogChunk } from '@sluice/core'
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

/** Pieces that are read, and sent, at once. */
const PAGE_SIZE = 32

/** Tells of a log from a position on, what is stored and what is to come, until the job has ended. */
export async function* jobLogEvents(options: JobLogEventsOptions): AsyncGenerator<readonly ServerSentEvent[]> {
  const { logs, job, ended, signal } = options
  let next = options.from
  const readStored = async function* () {
    for (;;) {
      const page = await logs.read(job, { from: next, limit: PAGE_SIZE })
      if (page.chunks.length === 0 || signal.aborted) return
      next = page.next
      yield page.chunks.map(logEvent)
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
