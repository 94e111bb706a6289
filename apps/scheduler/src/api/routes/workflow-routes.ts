import { apiRoute, jsonAnswer, jsonBody } from '../route.ts'
import { validateWorkflowSchema, workflowValidationSchema } from '../schemas/workflow.ts'

const tags = ['Workflows']

export const validateWorkflow = apiRoute('read', {
  method: 'post',
  path: '/v1/workflows/validate',
  tags,
  summary: 'Check a workflow without running it',
  request: { body: jsonBody(validateWorkflowSchema) },
  responses: {
    200: jsonAnswer('What the check found; also of a workflow that is not valid.', workflowValidationSchema),
  },
})
