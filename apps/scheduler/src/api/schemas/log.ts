import { z } from '@hono/zod-openapi'
import { idSchema, momentSchema } from './identifiers.ts'
import { optional } from './optional.ts'

const chunkShape = {
  attempt: z.int().min(0).openapi({ description: 'The attempt that wrote it. Counts from 0.' }),
  sequence: z.int().min(0).openapi({
    description: 'A chunk of the same attempt and sequence is stored once. Each lease begins somewhere else.',
  }),
  stream: z.enum(['stdout', 'stderr', 'system']),
  text: z.string(),
}

export const appendLogsSchema = z
  .strictObject({
    chunks: z.array(z.strictObject({ workflowId: idSchema, jobId: idSchema, ...chunkShape })).max(1000),
  })
  .openapi('AppendLogs')

/** A piece of a log, as readers get it. */
export const storedLogChunkSchema = z
  .object({
    ...chunkShape,
    position: z.int().openapi({ description: 'Goes up within the job, without gaps, from 0.' }),
    at: momentSchema,
    truncated: optional(z.literal(true)).openapi({
      description: 'On the last chunk of a log that reached its size limit: what came after is not stored.',
    }),
  })
  .readonly()
  .openapi('LogChunk')

export const logPageSchema = z
  .object({
    chunks: z.array(storedLogChunkSchema).readonly(),
    next: z.int().openapi({ description: 'The position at which to read on.' }),
  })
  .readonly()
  .openapi('LogPage')
