import type { OpenAPIHono } from '@hono/zod-openapi'
import { WorkflowDefinitionError } from '@sluice/dag'
import type { ApiEnv } from '../api-env.ts'
import { validateWorkflow } from '../routes/workflow-routes.ts'
import { readWorkflow } from './workflow-source.ts'

/** Adds what checks workflows. */
export function addWorkflowHandlers(app: OpenAPIHono<ApiEnv>): void {
  app.openapi(validateWorkflow, (c) => {
    try {
      const { name, jobs } = readWorkflow(c.req.valid('json'))
      return c.json({ valid: true, name, jobs: jobs.length, problems: [] }, 200)
    } catch (error) {
      if (!WorkflowDefinitionError.is(error)) throw error
      return c.json({ valid: false, problems: error.problems }, 200)
    }
  })
}
