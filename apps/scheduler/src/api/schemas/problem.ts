import { z } from '@hono/zod-openapi'
import { workflowProblemSchema } from './workflow.ts'

/** An error, as RFC 9457 has it. */
export const problemSchema = z
  .object({
    type: z.string().openapi({ example: 'urn:sluice:problem:RUN_NOT_FOUND' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: 'What went wrong and what to do, for people.' }),
    code: z.string().openapi({ description: 'What went wrong, stable across versions: match on this.' }),
    field: z.string().exactOptional().openapi({ description: 'With `VALIDATION`: the part of the request at fault.' }),
    problems: z.array(workflowProblemSchema).readonly().exactOptional().openapi({
      description: 'With `VALIDATION`: all that is wrong.',
    }),
    workflowId: z.string().exactOptional(),
    jobId: z.string().exactOptional(),
    leaseId: z.string().exactOptional(),
    runId: z.string().exactOptional(),
    workerId: z.string().exactOptional(),
  })
  .openapi('Problem')
