import type { z } from 'zod'
import type { ProblemPath } from '../problem-path.ts'
import type { WorkflowProblem } from '../workflow-definition-error.ts'
import { MESSAGE_SEPARATOR } from './field-errors.ts'

/** Turns the issues of a shape that does not fit into problems, one for each unknown key and each value. */
export function schemaProblems(issues: readonly z.core.$ZodIssue[], path: ProblemPath = []): WorkflowProblem[] {
  return issues.flatMap((issue) => issueProblems(issue, [...path, ...(issue.path as (string | number)[])]))
}

function issueProblems(issue: z.core.$ZodIssue, path: ProblemPath): WorkflowProblem[] {
  switch (issue.code) {
    case 'unrecognized_keys': {
      const messages = issue.message.split(MESSAGE_SEPARATOR)
      return issue.keys.map((key, index) => ({ path: [...path, key], message: messages[index] as string }))
    }
    case 'invalid_key':
      return schemaProblems(issue.issues, path)
    case 'invalid_union': {
      const meant = issue.errors.find((branch) => !branch.some(isOtherKind))
      return meant === undefined ? [{ path, message: issue.message }] : schemaProblems(meant, path)
    }
    default:
      return [{ path, message: issue.message }]
  }
}

/** Tells whether a value is of another kind than a branch of a union, and not just wrong in some part. */
function isOtherKind({ path, code }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value')
}
