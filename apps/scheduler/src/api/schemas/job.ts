import { z } from '@hono/zod-openapi'
import { type JsonValue, LIMITS, type Outputs } from '@sluice/core'
import { idSchema, labelsSchema, momentSchema } from './identifiers.ts'
import { isObject } from './is-object.ts'
import { optional } from './optional.ts'

const JSON_TYPES = ['object', 'array', 'string', 'number', 'boolean', 'null'] as const

/** The name of a job in the queue. */
export const jobRefSchema = z
  .object({ workflowId: idSchema, jobId: idSchema })
  .readonly()
  .openapi('JobRef', { description: 'Names a job in the queue. Each attempt of a run has a `workflowId` of its own.' })

/** What a job hands to its dependents. The queue checks it: a record of zod's would lose a key such as `__proto__`. */
export const outputsSchema = z.custom<Outputs>(isObject, 'must be an object of texts').openapi('Outputs', {
  type: 'object',
  additionalProperties: { type: 'string' },
  description: `Up to ${LIMITS.outputKeys} texts by name, ${LIMITS.outputBytes / 1024} KiB in all.`,
  example: { version: '1.2.3' },
})

/** Why an attempt failed. */
export const failureSchema = z
  .object({
    message: z.string().openapi({ description: `For people. Cut at ${LIMITS.failureMessageBytes / 1024} KiB.` }),
    exitCode: optional(
      z
        .int()
        .min(-(2 ** 31))
        .max(2 ** 32),
    ),
    signal: optional(idSchema).openapi({ example: 'SIGKILL' }),
    truncated: optional(z.boolean()),
  })
  .readonly()
  .openapi('JobFailure')

const backoffSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }).readonly(),
  z.object({ kind: z.literal('fixed'), delayMs: z.int() }).readonly(),
  z
    .object({ kind: z.literal('exponential'), baseMs: z.int(), maxMs: z.int(), jitter: optional(z.boolean()) })
    .readonly(),
])

/** A job as a worker gets it. */
export const queuedJobSchema = z
  .object({
    workflowId: idSchema,
    jobId: idSchema,
    command: z.string().openapi({ description: "A shell script, or a handler's name." }),
    payload: optional(z.custom<JsonValue>()).openapi({
      type: [...JSON_TYPES],
      description: 'Any JSON, for a handler.',
    }),
    requiredLabels: optional(labelsSchema),
    priority: optional(z.int()),
    delayMs: optional(z.int()),
    retryPolicy: optional(z.object({ maxRetries: z.int(), backoff: backoffSchema }).readonly()),
    timeoutMs: optional(z.int()).openapi({
      description: 'The longest that one attempt may run, in milliseconds. The worker enforces it.',
    }),
    upstreamOutputs: optional(z.custom<Readonly<Record<string, Outputs>>>(isObject)).openapi({
      type: 'object',
      additionalProperties: { $ref: '#/components/schemas/Outputs' },
      description: 'The outputs of each job that this one needs, by its id.',
    }),
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
