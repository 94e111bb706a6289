/** One event of a stream. */
export interface ServerSentEvent {
  readonly event: string
  /** What a reader that comes back names as the last that it has; the one before goes on where it is left out. */
  readonly id?: string | number
  /** Sent as JSON. */
  readonly data: unknown
}

/** Writes an event as it goes over the wire; JSON has no line breaks, so the data is one line. */
export function encodeEvent({ event, id, data }: ServerSentEvent): string {
  const head = id === undefined ? '' : `id: ${id}\n`
  return `${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
