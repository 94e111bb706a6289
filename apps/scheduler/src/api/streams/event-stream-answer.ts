import { z } from '@hono/zod-openapi'

/** An answer that is a stream of Server-Sent Events. */
export function eventStream(description: string) {
  return { description, content: { 'text/event-stream': { schema: z.string() } } } as const
}
