import { graphProblems } from '../graph/graph-problems.ts'
import type { GraphNode } from '../graph/topological-order.ts'
import { formatPath, type ProblemPath } from '../problem-path.ts'
import { validateWorkflow } from '../validate-workflow.ts'
import type { Workflow } from '../workflow.ts'
import { WorkflowDefinitionError, type WorkflowProblem } from '../workflow-definition-error.ts'
import { compileWorkflow } from './compile-workflow.ts'
import { type DefinitionSource, objectSource } from './object-source.ts'
import { schemaProblems } from './schema-problems.ts'
import { expandVariables, type Variables } from './variables.ts'
import { workflowSchema } from './workflow-schema.ts'
import { readYaml } from './yaml-source.ts'

/** How to parse a definition. */
export interface ParseWorkflowOptions {
  /** The name of the file, for errors, and for the workflow's name where it has none of its own. */
  readonly file?: string
  /** The values that `${{ vars.NAME }}` stands for. */
  readonly variables?: Variables
}

/**
 * Parses a workflow from YAML or JSON, or from what such a text holds; the README describes the format.
 *
 * @throws {WorkflowDefinitionError} with all that is wrong and where, in the order of the text.
 */
export function parseWorkflow(definition: string | object, options: ParseWorkflowOptions = {}): Workflow {
  const { file, variables = {} } = options
  const source: DefinitionSource = typeof definition === 'string' ? readYaml(definition) : objectSource(definition)
  if (source.value === undefined) throw new WorkflowDefinitionError(source.problems, file)
  if (source.value === null)
    throw new WorkflowDefinitionError([{ path: [], message: EMPTY, ...source.locate([]) }], file)

  const expanded = expandVariables(source.value, variables)
  const { workflow, problems } = interpret(expanded.value, source.keysOf(['jobs']), defaultName(file))
  const located = [...expanded.problems, ...problems].map((problem) => ({ ...problem, ...source.locate(problem.path) }))
  const all = [...source.problems, ...withoutEchoes(located, source.problems)]
  if (workflow === undefined || all.length > 0) throw new WorkflowDefinitionError(all.sort(byPlace), file)
  return workflow
}

const EMPTY = 'the text is empty; a workflow begins with "jobs:", and under it a job with its id and what to "run"'

function interpret(
  definition: unknown,
  ids: readonly string[],
  name: string,
): { readonly workflow?: Workflow; readonly problems: readonly WorkflowProblem[] } {
  const { success, data, error } = workflowSchema.safeParse(definition)
  const workflow = success ? compileWorkflow(data, ids, name) : undefined
  // The graph of an unfit definition is checked all the same, so that people see all of its problems at once.
  const problems = workflow === undefined ? graphProblems(nodesOf(definition)) : validateWorkflow(workflow)
  const located = problems.map(({ message, path }) => ({ message, path: definitionPath(path, definition) }))
  return workflow === undefined
    ? { problems: [...schemaProblems(error?.issues ?? []), ...located] }
    : { workflow, problems: located }
}

/** Leaves out the problems of parts that are as they are because something in them could not be read. */
function withoutEchoes(problems: readonly WorkflowProblem[], causes: readonly WorkflowProblem[]): WorkflowProblem[] {
  const affected = new Set(causes.flatMap(({ path }) => path.map((_, index) => formatPath(path.slice(0, index + 1)))))
  return problems.filter(({ path }) => !affected.has(formatPath(path)))
}

function nodesOf(definition: unknown): readonly GraphNode[] {
  return entriesOf(Object(definition).jobs).map(([id, job]) => {
    const { needs } = Object(job) as { readonly needs?: unknown }
    return { id, needs: (Array.isArray(needs) ? needs : [needs]).filter((needed) => typeof needed === 'string') }
  })
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
}

/** The names of fields in a text, where they differ from those of a workflow. */
const FIELD_NAMES: Readonly<Record<string, string>> = {
  failFast: 'fail-fast',
  command: 'run',
  retryPolicy: 'retries',
  maxRetries: 'max',
  delayMs: 'delay',
  baseMs: 'base',
  maxMs: 'max',
  timeoutMs: 'timeout',
}

/** Turns the path of a part of a workflow into that of its text; a list's only item may be there without a list. */
function definitionPath(path: ProblemPath, definition: unknown): ProblemPath {
  const parts: (string | number)[] = []
  let value = definition
  for (const [index, part] of path.entries()) {
    if (typeof part === 'number' && !Array.isArray(value)) break
    // The second part of a path is the id of a job.
    const name = typeof part === 'string' && index !== 1 ? (FIELD_NAMES[part] ?? part) : part
    parts.push(name)
    value = Object(value)[name]
  }
  return parts
}

function defaultName(file: string | undefined): string {
  const name = file?.replace(/^.*[\\/]/, '').replace(/\.(ya?ml|json)$/i, '')
  return name || 'workflow'
}

function byPlace(one: WorkflowProblem, other: WorkflowProblem): number {
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0)
}
