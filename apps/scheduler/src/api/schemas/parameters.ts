import { z } from '@hono/zod-openapi'
import { LIMITS } from '@sluice/core'
import { idSchema, leaseIdSchema } from './identifiers.ts'
import { runJobStateSchema, runStatusSchema } from './run.ts'

/** The run that a path names. */
export const runParams = z.object({ runId: idSchema })

/** The job of a run that a path names. */
export const runJobParams = z.object({ runId: idSchema, jobId: idSchema })

export const leaseParams = z.object({ leaseId: leaseIdSchema })

export const claimParams = z.object({ claimId: idSchema })

export const workerParams = z.object({ workerId: idSchema })

const pageQuery = {
  limit: wholeNumber(1, LIMITS.pageSize).optional().openapi({ description: 'The size of a page. Defaults to 100.' }),
  cursor: z.string().min(1).max(4096).optional().openapi({ description: 'The `nextCursor` of the page before.' }),
}

export const listRunsQuery = z.object({ status: anyOf(runStatusSchema), ...pageQuery })

export const listRunJobsQuery = z.object({ state: anyOf(runJobStateSchema), ...pageQuery })

export const readLogQuery = z.object({
  from: wholeNumber(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .openapi({ description: 'The first position wanted. Defaults to 0. `Last-Event-ID` goes before it.' }),
  limit: wholeNumber(1, LIMITS.pageSize)
    .optional()
    .openapi({ description: 'Pieces on a page. Defaults to 100. A stream has no pages.' }),
  runAttempt: wholeNumber(1, 999_999_999)
    .optional()
    .openapi({ description: "The run's attempt whose log is wanted. Defaults to the job's latest." }),
})

export const watchRunQuery = z.object({
  jobs: z
    .enum(['true', 'false'])
    .optional()
    .openapi({ description: 'Whether the stream tells of single jobs. Defaults to true.' }),
})

export const lastEventIdHeader = z.object({
  'last-event-id': z
    .string()
    .max(100)
    .optional()
    .openapi({ description: 'The `id` of the last event that arrived: goes on from there.' }),
})

export const idempotencyHeader = z.object({
  'idempotency-key': z.string().min(1).max(255).optional().openapi({
    description: 'Any text of the caller’s own choice: repeated requests with it start one run. Instead of `runId`.',
  }),
})

function wholeNumber(min: number, max: number) {
  return z.coerce.number().int().min(min).max(max).openapi({ type: 'integer' })
}

/** One value, or several as a repeated parameter. */
function anyOf<Item extends z.ZodType>(item: Item) {
  return z
    .preprocess((given) => (given === undefined || Array.isArray(given) ? given : [given]), z.array(item).optional())
    .openapi({ param: { style: 'form', explode: true }, description: 'May be repeated. All by default.' })
}
