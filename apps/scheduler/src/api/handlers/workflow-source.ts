import { parseWorkflow, type Workflow } from '@sluice/dag'

/** A workflow as a request brings it. */
export interface WorkflowSource {
  readonly workflow: string | Readonly<Record<string, unknown>>
  readonly file?: string | undefined
  readonly inputs?: Readonly<Record<string, string>> | undefined
}

/**
 * Reads the workflow of a request.
 *
 * @throws {WorkflowDefinitionError}
 */
export function readWorkflow({ workflow, file, inputs = {} }: WorkflowSource): Workflow {
  return parseWorkflow(workflow, { variables: inputs, ...(file === undefined ? {} : { file }) })
}
