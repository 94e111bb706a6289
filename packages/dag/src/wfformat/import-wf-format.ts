import { NO_RETRIES, ValidationError } from '@sluice/core'
import { assertWorkflow } from '../validate-workflow.ts'
import type { Workflow, WorkflowJob } from '../workflow.ts'
import { WorkflowDefinitionError } from '../workflow-definition-error.ts'
import { readRecordedWorkflow } from './recorded-workflow.ts'

/** How to turn a recorded workflow into one that runs. */
export interface ImportWfFormatOptions {
  /** Makes each job take its recorded runtime divided by this. Defaults to 1. */
  readonly divisor?: number
  /** A handler that gets `{ ms }` as its payload, instead of the shell command `sleep`. */
  readonly handler?: string
  /** The name of the file, for errors. */
  readonly file?: string
}

/**
 * Imports a recorded scientific workflow: WfFormat 1.4, 1.5 or 1.6 of WfCommons, or `{ name, jobs: [{ id, needs, runtimeMs }] }`.
 *
 * Each task becomes a job that takes its runtime divided by the divisor, in whole milliseconds, at least one unless it was zero.
 *
 * @param json The text of the file, or what `JSON.parse` made of it.
 * @throws {WorkflowDefinitionError} if it is none of these, or not a valid workflow.
 * @throws {ValidationError} for a divisor that is not above 0.
 */
export function importWfFormat(json: unknown, options: ImportWfFormatOptions = {}): Workflow {
  const { divisor = 1, handler, file } = options
  if (!(divisor > 0 && divisor < Number.POSITIVE_INFINITY))
    throw new ValidationError('divisor', `must be a number above 0, not ${divisor}`)
  try {
    const { name, tasks } = readRecordedWorkflow(typeof json === 'string' ? parseJson(json) : json)
    const jobs = tasks.map(({ runtimeMs, ...task }): WorkflowJob => {
      const ms = runtimeMs === 0 ? 0 : Math.max(1, Math.round(runtimeMs / divisor))
      return {
        ...task,
        ...(handler === undefined ? { command: `sleep ${ms / 1000}` } : { command: handler, payload: { ms } }),
        ...PLAIN,
      }
    })
    const workflow = { name, failFast: false, jobs }
    assertWorkflow(workflow)
    return workflow
  } catch (error) {
    if (file === undefined || !WorkflowDefinitionError.is(error)) throw error
    throw new WorkflowDefinitionError(error.problems, file)
  }
}

const PLAIN = {
  labels: [],
  priority: 0,
  retryPolicy: NO_RETRIES,
  condition: 'success',
  continueOnError: false,
} as const

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    const message = `not valid JSON: ${(error as SyntaxError).message}`
    throw new WorkflowDefinitionError([{ path: [], message }])
  }
}
