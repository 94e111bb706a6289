import { z } from 'zod'
import { mustBe, mustBeText } from '../definition/field-errors.ts'
import { schemaProblems } from '../definition/schema-problems.ts'
import type { ProblemPath } from '../problem-path.ts'
import { didYouMean } from '../suggestion.ts'
import { WorkflowDefinitionError, type WorkflowProblem } from '../workflow-definition-error.ts'

/** A workflow as it once ran. */
export interface RecordedWorkflow {
  readonly name: string
  readonly tasks: readonly RecordedTask[]
}

/** A task as it once ran. */
export interface RecordedTask {
  readonly id: string
  readonly name: string
  readonly needs: readonly string[]
  readonly runtimeMs: number
}

/** A task whose links still are what the file calls the other tasks. */
interface LinkedTask extends Omit<RecordedTask, 'needs'> {
  readonly parents?: readonly string[] | undefined
  readonly children?: readonly string[] | undefined
}

const text = z.string(mustBeText('text')).min(1, mustBeText('text that is not empty'))
const runtime = z.number(mustBe('a number, 0 or more')).min(0, mustBe('a number, 0 or more'))
const references = z.array(text, mustBe('a list of tasks')).optional()
const links = { parents: references, children: references }
const listOf = <Item extends z.ZodType>(item: Item) => z.array(item, mustBe('a list of tasks'))
const mapping = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => z.object(shape, mustBe('a mapping'))

const wfFormat14 = mapping({
  name: text,
  workflow: mapping({
    tasks: listOf(mapping({ name: text, id: text.optional(), ...links, runtimeInSeconds: runtime })),
  }),
})

const wfFormat15 = mapping({
  name: text,
  workflow: mapping({
    specification: mapping({ tasks: listOf(mapping({ name: text, id: text, ...links })) }),
    execution: mapping({ tasks: listOf(mapping({ id: text, runtimeInSeconds: runtime })) }),
  }),
})

const neutral = mapping({
  name: text,
  jobs: listOf(mapping({ id: text, name: text.optional(), needs: references, runtimeMs: runtime })),
})

/**
 * Reads a recorded workflow, in whichever of the formats it is.
 *
 * @throws {WorkflowDefinitionError}
 */
export function readRecordedWorkflow(value: unknown): RecordedWorkflow {
  const { workflow, jobs } = Object(value)
  if (Object(workflow).specification !== undefined) return fromWfFormat15(fit(wfFormat15, value))
  if (Object(workflow).tasks !== undefined) return fromWfFormat14(fit(wfFormat14, value))
  if (jobs !== undefined) return fromNeutral(fit(neutral, value))
  const message =
    'this is no recorded workflow: it has neither "workflow.specification" (WfFormat 1.5 and 1.6), nor "workflow.tasks" (1.4), nor "jobs"'
  throw new WorkflowDefinitionError([{ path: [], message }])
}

function fit<Shape extends z.ZodType>(shape: Shape, value: unknown): z.infer<Shape> {
  const { success, data, error } = shape.safeParse(value)
  if (!success) throw new WorkflowDefinitionError(schemaProblems(error.issues))
  return data
}

/** In 1.4 links hold names; where names repeat, ids tell the tasks apart. */
function fromWfFormat14({ name, workflow: { tasks } }: z.infer<typeof wfFormat14>): RecordedWorkflow {
  const namesAreUnique = new Set(tasks.map((task) => task.name)).size === tasks.length
  const idOf = (task: (typeof tasks)[number]) => (namesAreUnique ? task.name : (task.id ?? task.name))
  const linked = tasks.map((task) => ({ ...task, id: idOf(task), runtimeMs: task.runtimeInSeconds * 1000 }))
  const aliases = new Map(tasks.map((task) => [task.id ?? task.name, idOf(task)]))
  return { name, tasks: link(linked, ['workflow', 'tasks'], aliases) }
}

function fromWfFormat15({ name, workflow }: z.infer<typeof wfFormat15>): RecordedWorkflow {
  const runtimes = new Map(workflow.execution.tasks.map((task) => [task.id, task.runtimeInSeconds]))
  const path = ['workflow', 'specification', 'tasks']
  const problems: WorkflowProblem[] = []
  const linked = workflow.specification.tasks.map((task, index) => {
    const runtimeInSeconds = runtimes.get(task.id)
    if (runtimeInSeconds === undefined) {
      const message = `"workflow.execution.tasks" has no runtime of task ${JSON.stringify(task.id)}`
      problems.push({ path: [...path, index], message })
    }
    return { ...task, runtimeMs: (runtimeInSeconds ?? 0) * 1000 }
  })
  if (problems.length > 0) throw new WorkflowDefinitionError(problems)
  return { name, tasks: link(linked, path) }
}

function fromNeutral({ name, jobs }: z.infer<typeof neutral>): RecordedWorkflow {
  const linked = jobs.map(({ needs, ...job }) => ({ ...job, name: job.name ?? job.id, parents: needs }))
  return { name, tasks: link(linked, ['jobs'], new Map(), 'needs') }
}

/** Joins what tasks say of their parents with what they say of their children. */
function link(
  tasks: readonly LinkedTask[],
  path: ProblemPath,
  aliases: ReadonlyMap<string, string> = new Map(),
  parentsField = 'parents',
): RecordedTask[] {
  const needs = new Map(tasks.map(({ id }) => [id, new Set<string>()]))
  const problems: WorkflowProblem[] = []
  const resolve = (reference: string, index: number, field: string, at: number): string | undefined => {
    const id = needs.has(reference) ? reference : aliases.get(reference)
    if (id !== undefined) return id
    const hint = problems.length < 5 ? didYouMean(reference, [...needs.keys()]) : ''
    problems.push({ path: [...path, index, field, at], message: `unknown task ${JSON.stringify(reference)}${hint}` })
    return undefined
  }
  for (const [index, { id, parents = [], children = [] }] of tasks.entries()) {
    for (const [at, reference] of parents.entries()) {
      const parent = resolve(reference, index, parentsField, at)
      if (parent !== undefined) needs.get(id)?.add(parent)
    }
    for (const [at, reference] of children.entries()) {
      const child = resolve(reference, index, 'children', at)
      if (child !== undefined) needs.get(child)?.add(id)
    }
  }
  if (problems.length > 0) throw new WorkflowDefinitionError(problems)
  return tasks.map(({ id, name, runtimeMs }) => ({ id, name, needs: [...(needs.get(id) ?? [])], runtimeMs }))
}
