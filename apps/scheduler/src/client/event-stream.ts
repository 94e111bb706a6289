import { setTimeout as pause } from 'node:timers/promises'
import { type Backoff, backoffDelayMs } from '@sluice/core'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import type { ApiClient, ApiRequest } from './api-client.ts'
import { type Problem, RefusedRequestError, ServerUnreachableError } from './request-error.ts'

/** One event of a stream of the server, or that the stream is open. */
export interface ServerEvent {
  readonly id: string | undefined
  readonly type: string
  /** The parsed JSON of the event. */
  readonly data: unknown
}

/** How to follow a stream. */
export interface EventStreamOptions {
  readonly signal?: AbortSignal
  /** Hears that the stream broke off, and of each attempt to go on that fails. */
  readonly onInterrupted?: (error: Error) => void
  /** How long to wait before going on. Defaults to 200 ms, doubled with each failure up to 5 seconds. */
  readonly reconnect?: Backoff
}

/** What the server sends as the last event of a stream: nothing more will come, so nobody need come back. */
const END_EVENT = 'end'
/** What the server sends where a stream cannot go on; it holds a problem document. */
const PROBLEM_EVENT = 'problem'
/** The type of what is yielded whenever the stream has been opened, before any event of the server. */
export const OPEN_EVENT = 'open'

const RECONNECT: Backoff = { kind: 'exponential', baseMs: 200, maxMs: 5000, jitter: true }
/** The server says something at least every 15 seconds; a connection that is silent for so long is dead. */
const SILENCE_MS = 60_000
const LONGEST_EVENT = 16 * 1024 * 1024

/**
 * Yields the events of a stream until its end, going on after the last one that came whenever the connection breaks.
 *
 * @throws {RefusedRequestError} where the server refuses the request.
 * @throws {ServerUnreachableError} where the stream cannot be opened for the first time.
 */
export async function* followEvents(
  client: ApiClient,
  request: ApiRequest,
  { signal, onInterrupted, reconnect = RECONNECT }: EventStreamOptions = {},
): AsyncGenerator<ServerEvent, void> {
  let lastEventId: string | undefined
  let failures = 0
  let wasOpen = false
  while (!signal?.aborted) {
    try {
      for await (const event of connect(client, request, lastEventId, signal)) {
        wasOpen = true
        if (event.type === END_EVENT) return
        if (event.type === PROBLEM_EVENT) throw new RefusedRequestError(event.data as Problem)
        if (event.type !== OPEN_EVENT) failures = 0
        lastEventId = event.id ?? lastEventId
        yield event
      }
      throw new ServerUnreachableError(client.server, 'it closed the connection')
    } catch (error) {
      if (signal?.aborted) return
      if (!isTemporary(error) || !(wasOpen || isBusy(error))) throw error
      onInterrupted?.(error as Error)
      await pause(backoffDelayMs(reconnect, ++failures), undefined, { signal }).catch(() => {})
    }
  }
}

async function* connect(
  client: ApiClient,
  request: ApiRequest,
  lastEventId: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<ServerEvent, void> {
  const silence = new AbortController()
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const ends = AbortSignal.any([silence.signal, ...(signal ? [signal] : [])])
  const body = await client.open({ ...request, headers, signal: ends }, 'text/event-stream')
  yield { id: undefined, type: OPEN_EVENT, data: undefined }
  if (body === null) return yield { id: undefined, type: END_EVENT, data: undefined }
  const timer = setTimeout(() => silence.abort(), SILENCE_MS)
  const watched = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      timer.refresh()
      controller.enqueue(bytes)
    },
  })
  const decoder = new TextDecoderStream() as TransformStream<Uint8Array, string>
  const events = body
    .pipeThrough(watched, { signal: ends })
    .pipeThrough(decoder)
    .pipeThrough(new EventSourceParserStream({ maxBufferSize: LONGEST_EVENT }))
  try {
    for await (const { id, event = 'message', data } of events) yield { id, type: event, data: JSON.parse(data) }
  } catch (error) {
    throw new ServerUnreachableError(client.server, 'the connection broke', { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

function isTemporary(error: unknown): boolean {
  return error instanceof ServerUnreachableError || isBusy(error)
}

function isBusy(error: unknown): boolean {
  return error instanceof RefusedRequestError && (error.problem.status === 429 || error.problem.status === 503)
}
