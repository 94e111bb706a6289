import type { OpenAPIHono } from '@hono/zod-openapi'
import { WorkflowDefinitionError } from '@sluice/dag'
import type { ApiContext } from '../api-context.ts'
import type { ApiEnv } from '../api-env.ts'
import { validateWorkflow } from '../routes/workflow-routes.ts'

/** Adds what checks workflows. */
export function addWorkflowHandlers(app: OpenAPIHono<ApiEnv>, { workflowReader }: ApiContext): void {
  app.openapi(validateWorkflow, async (c) => {
    try {
      const { name, jobs } = await workflowReader.read(c.req.valid('json'), c.get('caller').name)
      return c.json({ valid: true, name, jobs: jobs.length, problems: [] }, 200)
    } catch (error) {
      if (!WorkflowDefinitionError.is(error)) throw error
      return c.json({ valid: false, problems: error.problems }, 200)
    }
  })
}
