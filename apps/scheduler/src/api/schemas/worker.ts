import { z } from '@hono/zod-openapi'
import { LIMITS } from '@sluice/core'
import { idSchema, labelsSchema, leaseTtlSchema, momentSchema } from './identifiers.ts'
import { claimedJobSchema, failureSchema, jobRefSchema, outputsSchema } from './job.ts'
import { optional } from './optional.ts'

const workerShape = {
  workerId: idSchema,
  labels: labelsSchema,
  concurrency: z.int().min(1).openapi({ description: 'Jobs that it runs at once, at the most.' }),
  offlineAfterMs: z.int().min(1).max(LIMITS.leaseTtlMs).openapi({
    description: 'The worker is shown as offline when it was not heard from for so long.',
  }),
  host: optional(z.string().min(1).max(LIMITS.idLength)),
  pid: optional(z.int().min(1)),
}

/** What a worker tells of itself. */
export const workerInfoSchema = z.strictObject(workerShape).openapi('WorkerInfo')

/** What the registry knows of a worker. */
export const workerRecordSchema = z
  .object({
    ...workerShape,
    online: z.boolean(),
    registeredAt: momentSchema,
    lastSeenAt: momentSchema,
    running: z.array(jobRefSchema).readonly(),
  })
  .readonly()
  .openapi('Worker')

export const workerListSchema = z
  .object({ workers: z.array(workerRecordSchema).readonly() })
  .readonly()
  .openapi('WorkerList')

export const heartbeatSchema = z
  .strictObject({
    running: z.array(jobRefSchema).max(10_000).openapi({ description: 'What the worker runs at the moment.' }),
  })
  .openapi('Heartbeat')

export const claimSchema = z
  .strictObject({
    workerId: idSchema,
    labels: labelsSchema.openapi({ description: 'All that the worker offers.' }),
    leaseTtlMs: leaseTtlSchema.openapi({
      description: 'How long the leases last unless they are renewed.',
      example: 30_000,
    }),
    waitMs: z.int().min(0).max(LIMITS.waitMs).optional().openapi({
      description: 'How long to wait for a job. The server may answer sooner with an empty list. Defaults to 0.',
      example: 25_000,
    }),
    limit: z.int().min(1).max(LIMITS.claimMany).optional().openapi({ description: 'Jobs at the most. Defaults to 1.' }),
    claimId: idSchema.optional().openapi({
      description: 'Names this request, at random, so that `DELETE /v1/claims/{claimId}` can end its wait.',
    }),
  })
  .openapi('Claim')

export const claimedJobsSchema = z
  .object({ jobs: z.array(claimedJobSchema).readonly() })
  .readonly()
  .openapi('ClaimedJobs')

export const renewSchema = z
  .strictObject({ extendByMs: leaseTtlSchema.openapi({ description: 'From now on, for how long.', example: 30_000 }) })
  .openapi('Renew')

export const completeSchema = z.strictObject({ outputs: outputsSchema.optional() }).openapi('Complete')

export const failSchema = z
  .strictObject({
    failure: failureSchema,
    retryable: z.boolean().openapi({ description: 'Whether another attempt could do better.' }),
  })
  .openapi('Fail')

export const failResultSchema = z
  .object({ willRetry: z.boolean(), retryAt: optional(momentSchema) })
  .readonly()
  .openapi('FailResult')
