import { z } from '@hono/zod-openapi'
import { momentSchema } from './identifiers.ts'
import { optional } from './optional.ts'

const amount = z.int().min(0)

/** Counts of all jobs that the store retains. */
export const queueStatsSchema = z
  .object({
    byState: z
      .object({
        waiting: amount,
        delayed: amount,
        active: amount,
        completed: amount,
        failed: amount,
        cancelled: amount,
      })
      .readonly(),
    byLabelSet: z
      .array(
        z
          .object({ labels: z.array(z.string()).readonly(), waiting: amount, delayed: amount, active: amount })
          .readonly(),
      )
      .readonly(),
  })
  .readonly()
  .openapi('QueueStats')

/** What the server is. */
export const serverInfoSchema = z
  .object({
    version: z.string(),
    backend: z.string(),
    durable: z.boolean(),
    multiProcess: z.boolean(),
    isScheduling: z.boolean().openapi({ description: 'Whether this process is the active scheduler.' }),
    now: momentSchema.openapi({ description: "The clock of the server's process, in milliseconds since the epoch." }),
  })
  .readonly()
  .openapi('ServerInfo')

/** Whether the server can do its work. */
export const healthSchema = z
  .object({ status: z.enum(['ok', 'unavailable']), detail: optional(z.string()) })
  .readonly()
  .openapi('Health')
