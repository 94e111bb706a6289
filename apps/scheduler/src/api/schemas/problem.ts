import { z } from '@hono/zod-openapi'
import { optional } from './optional.ts'
import { workflowProblemSchema } from './workflow.ts'

/** An error, as RFC 9457 has it. */
export const problemSchema = z
  .object({
    type: z.string().openapi({ example: 'urn:sluice:problem:RUN_NOT_FOUND' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: 'What went wrong and what to do, for people.' }),
    code: z.string().openapi({ description: 'What went wrong, stable across versions: match on this.' }),
    field: optional(z.string()).openapi({ description: 'With `VALIDATION`: the part of the request at fault.' }),
    problems: optional(z.array(workflowProblemSchema).readonly()).openapi({
      description: 'With `VALIDATION`: all that is wrong.',
    }),
    workflowId: optional(z.string()),
    jobId: optional(z.string()),
    leaseId: optional(z.string()),
    runId: optional(z.string()),
    workerId: optional(z.string()),
  })
  .openapi('Problem')
