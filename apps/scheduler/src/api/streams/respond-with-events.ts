import type { Context } from 'hono'
import type { ApiContext } from '../api-context.ts'
import type { ApiEnv } from '../api-env.ts'
import { problemOf } from '../problem-document.ts'
import { openEventStream } from './event-stream.ts'
import type { ServerSentEvent } from './server-sent-event.ts'

const HEADERS = { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' }

/**
 * Answers with a stream of events, until its source ends, the reader goes away or the server stops.
 *
 * @throws {RequestError} where too many are open.
 */
export function respondWithEvents(
  c: Context<ApiEnv>,
  { streams, limits, signal, onError }: ApiContext,
  source: (signal: AbortSignal) => AsyncIterator<readonly ServerSentEvent[], unknown>,
): Response {
  // Nobody would ever read, or close, the body of the answer to a HEAD.
  if (c.req.method === 'HEAD') return c.body(null, 200, HEADERS)
  const body = openEventStream({
    source,
    keepAliveMs: limits.keepAliveMs,
    signals: [c.req.raw.signal, signal],
    onClose: streams.enter(c.get('caller').name),
    onError(error) {
      const { body, isDefect } = problemOf(error)
      if (isDefect) onError(error, c.get('requestId'))
      return { event: 'problem', data: body }
    },
  })
  return c.body(body, 200, HEADERS)
}
