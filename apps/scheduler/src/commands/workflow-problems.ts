import { WorkflowDefinitionError, type WorkflowProblem } from '@sluice/dag'
import { RefusedRequestError } from '../client/request-error.ts'

/** Tells what a server has against a workflow as if the file had been checked here. */
export async function withProblemsOf<Result>(file: string, request: Promise<Result>): Promise<Result> {
  try {
    return await request
  } catch (error) {
    const problems = error instanceof RefusedRequestError ? error.problem.problems : undefined
    if (Array.isArray(problems)) throw new WorkflowDefinitionError(problems as WorkflowProblem[], file)
    throw error
  }
}
