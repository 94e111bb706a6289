import { z } from '@hono/zod-openapi'
import { LIMITS } from '@sluice/core'
import { idSchema, labelsSchema, momentSchema } from './identifiers.ts'

/** The name of a job in the queue. */
export const jobRefSchema = z
  .object({ workflowId: idSchema, jobId: idSchema })
  .readonly()
  .openapi('JobRef', { description: 'Names a job in the queue. Each attempt of a run has a `workflowId` of its own.' })

/** What a job hands to its dependents. */
export const outputsSchema = z
  .record(z.string(), z.string())
  .readonly()
  .openapi('Outputs', {
    description: `Up to ${LIMITS.outputKeys} texts by name, ${LIMITS.outputBytes / 1024} KiB in all.`,
    example: { version: '1.2.3' },
  })

/** Why an attempt failed. */
export const failureSchema = z
  .object({
    message: z.string().openapi({ description: `For people. Cut at ${LIMITS.failureMessageBytes / 1024} KiB.` }),
    exitCode: z
      .int()
      .min(-(2 ** 31))
      .max(2 ** 32)
      .exactOptional(),
    signal: idSchema.exactOptional().openapi({ example: 'SIGKILL' }),
    truncated: z.boolean().exactOptional(),
  })
  .readonly()
  .openapi('JobFailure')

const backoffSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }).readonly(),
  z.object({ kind: z.literal('fixed'), delayMs: z.int() }).readonly(),
  z
    .object({ kind: z.literal('exponential'), baseMs: z.int(), maxMs: z.int(), jitter: z.boolean().exactOptional() })
    .readonly(),
])

/** A job as a worker gets it. */
export const queuedJobSchema = z
  .object({
    workflowId: idSchema,
    jobId: idSchema,
    command: z.string().openapi({ description: "A shell script, or a handler's name." }),
    payload: z.json().exactOptional().openapi({ type: 'object', description: 'Any JSON, for a handler.' }),
    requiredLabels: labelsSchema.exactOptional(),
    priority: z.int().exactOptional(),
    delayMs: z.int().exactOptional(),
    retryPolicy: z.object({ maxRetries: z.int(), backoff: backoffSchema }).readonly().exactOptional(),
    timeoutMs: z.int().exactOptional().openapi({
      description: 'The longest that one attempt may run, in milliseconds. The worker enforces it.',
    }),
    upstreamOutputs: z
      .record(z.string(), outputsSchema)
      .readonly()
      .exactOptional()
      .openapi({ description: 'The outputs of each job that this one needs, by its id.' }),
  })
  .readonly()
  .openapi('QueuedJob')

/** The right of one worker to one attempt. */
export const leaseSchema = z
  .object({
    leaseId: z.string(),
    workflowId: idSchema,
    jobId: idSchema,
    workerId: idSchema,
    attempt: z.int().openapi({ description: 'Counts from 0.' }),
    ttlMs: z.int(),
    expiresAt: momentSchema,
  })
  .readonly()
  .openapi('Lease')

/** A job with its lease. */
export const claimedJobSchema = z.object({ job: queuedJobSchema, lease: leaseSchema }).readonly().openapi('ClaimedJob')
