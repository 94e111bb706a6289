import { QueueError } from '@sluice/core'
import { formatPath, type ProblemPath } from './problem-path.ts'

/** One thing that is wrong with a workflow. */
export interface WorkflowProblem {
  /** What is wrong and what to do, without the place. */
  readonly message: string
  /** Keys and list positions from the top of the definition, as in `['jobs', 'test', 'needs', 0]`; empty for the whole. */
  readonly path: ProblemPath
  /** Counts from 1; only for problems in a text. */
  readonly line?: number
  /** Counts from 1, in UTF-16 code units; only for problems in a text. */
  readonly column?: number
}

const brand: unique symbol = Symbol.for('@sluice/dag/WorkflowDefinitionError')

/** The most problems that a message spells out; `problems` holds them all. */
const SHOWN_PROBLEMS = 50

/**
 * A workflow is not valid. It is a `QueueError` with the code `VALIDATION`.
 *
 * The message has one line for each problem, as in `ci.yml:12:5: jobs.build.needs: unknown job "complie"; did you mean "compile"?`.
 */
export class WorkflowDefinitionError extends QueueError {
  override readonly name = 'WorkflowDefinitionError'
  /** All that is wrong, in the order of the text; at least one. */
  readonly problems: readonly WorkflowProblem[]
  /** The file, where one was named. */
  readonly file?: string
  readonly [brand] = true

  constructor(problems: readonly WorkflowProblem[], file?: string) {
    super('VALIDATION', messageOf(problems, file))
    this.problems = problems
    if (file !== undefined) this.file = file
  }

  /** Tells whether a value is such an error; works across copies of this package. */
  static override is(error: unknown): error is WorkflowDefinitionError {
    return error instanceof Error && brand in error
  }
}

function messageOf(problems: readonly WorkflowProblem[], file: string | undefined): string {
  const lines = problems.slice(0, SHOWN_PROBLEMS).map((problem) => lineOf(problem, file))
  const left = problems.length - lines.length
  if (left > 0) lines.push(`… and ${left} more`)
  return lines.join('\n')
}

function lineOf({ message, path, line, column }: WorkflowProblem, file: string | undefined): string {
  const place = [
    line === undefined ? file : file === undefined ? `line ${line}, column ${column}` : `${file}:${line}:${column}`,
    path.length === 0 ? undefined : formatPath(path),
    message,
  ]
  return place.filter((part) => part !== undefined).join(': ')
}
