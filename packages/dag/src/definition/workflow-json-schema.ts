import { z } from 'zod'
import { workflowSchema } from './workflow-schema.ts'

/**
 * Makes the JSON Schema of workflow files, which editors use to complete and check them.
 *
 * It knows the shape of a file. Only the parser finds unknown `needs`, cycles and unknown variables.
 */
export function workflowJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(workflowSchema, { target: 'draft-7', io: 'input' })
}
