import { z } from '@hono/zod-openapi'
import { JOB_STATES } from '@sluice/core'
import { momentSchema } from './identifiers.ts'
import { failureSchema } from './job.ts'
import { optional } from './optional.ts'
import { reasonSchema, runJobStateSchema, runStatusSchema } from './run.ts'

const standing = { jobId: z.string(), state: runJobStateSchema }
const standingsSchema = z.array(z.object(standing).readonly()).readonly()
const labelsSchema = z.array(z.string()).readonly()

const causeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('blocked'), count: z.int(), by: standingsSchema }).readonly(),
  z.object({ kind: z.literal('notEnqueued') }).readonly(),
  z
    .object({
      kind: z.literal('noWorker'),
      requiredLabels: labelsSchema,
      missingLabels: labelsSchema,
      workersOnline: z.int(),
    })
    .readonly(),
  z
    .object({
      kind: z.literal('waiting'),
      ahead: z.int(),
      running: z.int(),
      workers: z.int(),
      busyWorkers: z.int(),
    })
    .readonly(),
  z
    .object({
      kind: z.literal('delayed'),
      until: momentSchema,
      attempt: z.int(),
      failure: optional(failureSchema),
    })
    .readonly(),
  z
    .object({
      kind: z.literal('running'),
      attempt: z.int(),
      workerId: optional(z.string()),
      since: optional(momentSchema),
      leaseExpiresAt: optional(momentSchema),
    })
    .readonly(),
  z.object({ kind: z.literal('cancelling'), reason: reasonSchema }).readonly(),
  z.object({ kind: z.literal('unrecorded'), queueState: z.enum(JOB_STATES) }).readonly(),
  z.object({ kind: z.literal('succeeded'), at: optional(momentSchema) }).readonly(),
  z.object({ kind: z.literal('failed'), failure: failureSchema, at: optional(momentSchema) }).readonly(),
  z
    .object({
      kind: z.literal('cancelled'),
      reason: optional(reasonSchema),
      at: optional(momentSchema),
    })
    .readonly(),
  z
    .object({
      kind: z.literal('skipped'),
      reason: reasonSchema,
      root: optional(z.object({ ...standing, failure: optional(failureSchema) }).readonly()),
      via: standingsSchema,
    })
    .readonly(),
])

/** Why a job does not run, or what became of it. */
export const explanationSchema = z
  .object({
    ...standing,
    runId: z.string(),
    runStatus: runStatusSchema,
    cause: causeSchema,
    text: z.string().openapi({ description: 'The cause as a sentence for people.' }),
  })
  .readonly()
  .openapi('Explanation')
