import { encodeEvent, type ServerSentEvent } from './server-sent-event.ts'

/** Where the events of a stream come from, and what becomes of it. */
export interface EventStreamOptions {
  /** Yields what can be sent at once. Must end when the signal aborts. */
  readonly source: (signal: AbortSignal) => AsyncIterator<readonly ServerSentEvent[], unknown>
  /** After how long without events a comment is sent, in milliseconds. */
  readonly keepAliveMs: number
  /** Each ends the stream when it aborts. */
  readonly signals: readonly AbortSignal[]
  /** Turns an error of the source into the last event. */
  readonly onError: (error: unknown) => ServerSentEvent
  /** Is called once, when the stream has ended in whatever way. */
  readonly onClose: () => void
}

const OPEN = ': open\n\n'
const ALIVE = ': alive\n\n'

/**
 * Makes the body of a stream of Server-Sent Events.
 *
 * It asks its source for more only when the reader has taken what came before, so a reader that does not read costs what is under way
 * and no more.
 */
export function openEventStream(options: EventStreamOptions): ReadableStream<Uint8Array> {
  const closing = new AbortController()
  const signal = AbortSignal.any([closing.signal, ...options.signals])
  const source = options.source(signal)
  const encoder = new TextEncoder()
  let next: Promise<IteratorResult<readonly ServerSentEvent[], unknown>> | null = null
  let isClosed = false
  const ask = () => {
    const asked = source.next()
    // It may fail when nobody waits for it any more.
    asked.catch(() => {})
    return asked
  }
  const close = () => {
    if (isClosed) return
    isClosed = true
    signal.removeEventListener('abort', close)
    closing.abort()
    Promise.resolve(source.return?.()).catch(() => {})
    options.onClose()
  }
  // A reader that has stalled pulls no more, and would not notice.
  signal.addEventListener('abort', close)
  if (signal.aborted) close()

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(encoder.encode(OPEN))
      },
      async pull(controller) {
        const end = (last: string) => {
          if (last !== '') controller.enqueue(encoder.encode(last))
          controller.close()
          close()
        }
        try {
          next ??= ask()
          const result = await within(next, options.keepAliveMs)
          if (result === null) return controller.enqueue(encoder.encode(ALIVE))
          next = null
          if (result.done || isClosed) return end('')
          controller.enqueue(encoder.encode(result.value.map(encodeEvent).join('')))
        } catch (error) {
          end(isClosed ? '' : encodeEvent(options.onError(error)))
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  )
}

/** Resolves as the promise does, or with `null` if that takes longer. */
async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ms, null)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
