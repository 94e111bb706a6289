import { type JsonValue, NO_RETRIES, type RetryPolicy } from '@sluice/core'
import type { ProblemPath } from '../problem-path.ts'
import { validateWorkflow } from '../validate-workflow.ts'
import type { JobCondition, Workflow, WorkflowJob } from '../workflow.ts'
import { WorkflowDefinitionError, type WorkflowProblem } from '../workflow-definition-error.ts'
import { ENV_NAME, ENV_NAME_RULE, type Env, type Step, scriptOfSteps, scriptWithEnv } from './shell-script.ts'

/** What a workflow built in code has besides its jobs. */
export interface WorkflowOptions {
  readonly name: string
  /** The first failure cancels what has not ended, except jobs with the condition `failure` or `always`. Defaults to false. */
  readonly failFast?: boolean
  /** Variables for the scripts of all jobs. */
  readonly env?: Env
}

/** What all jobs have, whatever they run. */
interface JobSettings<Id extends string> {
  /** For people. Defaults to the id. */
  readonly name?: string
  /** The jobs that must end before this one starts. */
  readonly needs?: readonly Id[]
  /** A worker must have all of these to get the job. */
  readonly labels?: readonly string[]
  /** An integer from 0 to 1000, higher first. Defaults to 0. */
  readonly priority?: number
  /** Defaults to no retries. */
  readonly retryPolicy?: RetryPolicy
  /** The longest that one attempt may run, in milliseconds. */
  readonly timeoutMs?: number
  /** Defaults to `success`. */
  readonly condition?: JobCondition
  /** A failure of this job fails neither the run nor its dependents. Defaults to false. */
  readonly continueOnError?: boolean
}

/** A job that runs a shell script, or several as steps in one shell. */
export type ScriptJob<Id extends string> = JobSettings<Id> & {
  /** Variables for the scripts of this job. */
  readonly env?: Env
} & ({ readonly run: string } | { readonly steps: readonly Step[] })

/** A job that runs a worker's handler with a payload of the handler's type. */
export type HandlerJob<Id extends string, Handlers extends object> = JobSettings<Id> &
  {
    [Name in keyof Handlers & string]: undefined extends Handlers[Name]
      ? { readonly handler: Name; readonly payload?: Handlers[Name] }
      : { readonly handler: Name; readonly payload: Handlers[Name] }
  }[keyof Handlers & string]

/** Any handler, with any payload or none. */
export type AnyHandlers = Record<string, JsonValue | undefined>

/**
 * Builds a workflow in code, job by job.
 *
 * With `job` the ids are part of the builder's type, so that `needs` takes only jobs that are there; `addJob` is for ids that only
 * the running program knows. Both add to this builder.
 */
export class WorkflowBuilder<Handlers extends object = AnyHandlers, Ids extends string = never> {
  readonly #name: string
  readonly #failFast: boolean
  readonly #env: Env
  readonly #jobs: WorkflowJob[] = []
  readonly #envProblems: WorkflowProblem[]

  constructor({ name, failFast = false, env = {} }: WorkflowOptions) {
    this.#name = name
    this.#failFast = failFast
    this.#env = env
    this.#envProblems = envProblems(env, ['env'])
  }

  /** Adds a job, which may need those that were added before it. */
  job<const Id extends string>(
    id: Id extends Ids ? never : Id,
    job: ScriptJob<NoInfer<Ids>> | HandlerJob<NoInfer<Ids>, Handlers>,
  ): WorkflowBuilder<Handlers, Ids | Id> {
    return this.addJob(id, job) as unknown as WorkflowBuilder<Handlers, Ids | Id>
  }

  /** Adds a job whose id and needs are not known to the compiler; it may need jobs that are added later. */
  addJob(id: string, job: ScriptJob<string> | HandlerJob<string, Handlers>): this {
    const { needs = [], labels = [], timeoutMs } = job
    this.#envProblems.push(...jobEnvProblems(job, ['jobs', id]))
    this.#jobs.push({
      id,
      name: job.name ?? id,
      needs: [...needs],
      ...workOf(job, this.#env),
      labels: [...labels],
      priority: job.priority ?? 0,
      retryPolicy: job.retryPolicy ?? NO_RETRIES,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      condition: job.condition ?? 'success',
      continueOnError: job.continueOnError ?? false,
    })
    return this
  }

  /**
   * Returns the workflow as it is now.
   *
   * @throws {WorkflowDefinitionError} with all that is wrong.
   */
  build(): Workflow {
    const workflow = { name: this.#name, failFast: this.#failFast, jobs: [...this.#jobs] }
    const problems = [...this.#envProblems, ...validateWorkflow(workflow)]
    if (problems.length > 0) throw new WorkflowDefinitionError(problems)
    return workflow
  }
}

/**
 * Begins a workflow in code.
 *
 * @typeParam Handlers The payload of each handler by its name; without it any handler takes any JSON.
 */
export function defineWorkflow<Handlers extends object = AnyHandlers>(
  options: WorkflowOptions,
): WorkflowBuilder<Handlers> {
  return new WorkflowBuilder(options)
}

type AnyJob = ScriptJob<string> | (JobSettings<string> & { readonly handler: string; readonly payload?: unknown })

function workOf(job: AnyJob, workflowEnv: Env): Pick<WorkflowJob, 'command' | 'payload'> {
  if ('handler' in job) {
    const { handler, payload } = job
    return payload === undefined ? { command: handler } : { command: handler, payload: payload as JsonValue }
  }
  const env = { ...workflowEnv, ...job.env }
  return { command: 'steps' in job ? scriptOfSteps(job.steps, env) : scriptWithEnv(job.run, env) }
}

function jobEnvProblems(job: AnyJob, path: ProblemPath): WorkflowProblem[] {
  if ('handler' in job) return []
  const steps = 'steps' in job ? job.steps : []
  const ofSteps = steps.flatMap(({ env }, index) => envProblems(env, [...path, 'steps', index, 'env']))
  return [...envProblems(job.env, [...path, 'env']), ...ofSteps]
}

function envProblems(env: Env = {}, path: ProblemPath): WorkflowProblem[] {
  return Object.keys(env)
    .filter((name) => !ENV_NAME.test(name))
    .map((name) => ({ path: [...path, name], message: `must be ${ENV_NAME_RULE}` }))
}
