import { z } from '@hono/zod-openapi'
import { LABEL_PATTERN, LIMITS, parseId } from '@sluice/core'

/** An id of a run, a workflow, a job or a worker. */
export const idSchema = z
  .string()
  .min(1)
  .max(LIMITS.idLength)
  .refine(isId, 'must not contain control characters or lone surrogates (broken UTF-16)')

/** The id of a lease, as a claim returned it. */
export const leaseIdSchema = z.string().min(1).max(1024)

/** Labels that a worker offers, or a job requires. */
export const labelsSchema = z
  .array(z.string().regex(LABEL_PATTERN))
  .max(LIMITS.labels)
  .readonly()
  .openapi({ example: ['linux', 'gpu=a100'] })

/** A moment: milliseconds since the epoch on the store's clock. */
export const momentSchema = z.int().openapi({ description: "Milliseconds since the epoch on the store's clock." })

/** For how long a lease lasts. */
export const leaseTtlSchema = z.int().min(1).max(LIMITS.leaseTtlMs)

function isId(id: string): boolean {
  try {
    parseId(id, 'id')
    return true
  } catch {
    return false
  }
}
