import { z } from '@hono/zod-openapi'
import { optional } from './optional.ts'
import { startRunSchema } from './run.ts'

/** One thing that is wrong with a workflow. */
export const workflowProblemSchema = z
  .object({
    message: z.string(),
    path: z.array(z.union([z.string(), z.int()])).readonly(),
    line: optional(z.int()),
    column: optional(z.int()),
  })
  .readonly()
  .openapi('WorkflowProblem')

export const validateWorkflowSchema = startRunSchema.omit({ runId: true }).openapi('ValidateWorkflow')

/** What a check of a workflow found. */
export const workflowValidationSchema = z
  .object({
    valid: z.boolean(),
    name: optional(z.string()),
    jobs: optional(z.int()).openapi({ description: 'How many jobs it has.' }),
    problems: z.array(workflowProblemSchema).readonly(),
  })
  .readonly()
  .openapi('WorkflowValidation')

/** The definition with which a run was started, every default filled in. */
export const workflowSchema = z
  .looseObject({ name: z.string(), failFast: z.boolean(), jobs: z.array(z.looseObject({ id: z.string() })).readonly() })
  .readonly()
  .openapi('Workflow')
