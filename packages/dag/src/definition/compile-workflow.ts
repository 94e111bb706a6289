import { type Backoff, canonicalLabelSet, type JsonValue, NO_RETRIES, type RetryPolicy } from '@sluice/core'
import type { JobCondition, Workflow, WorkflowJob } from '../workflow.ts'
import { parseDuration } from './duration.ts'
import { type Env, scriptOfSteps, scriptWithEnv } from './shell-script.ts'
import { CONDITION_PATTERN, type JobDefinition, type WorkflowDefinition } from './workflow-schema.ts'

/**
 * Fills in the defaults of a definition and turns its scripts into commands.
 *
 * @param ids The jobs in the order of the text, which an object does not keep for ids that look like numbers.
 */
export function compileWorkflow(definition: WorkflowDefinition, ids: readonly string[], defaultName: string): Workflow {
  const env = envOf(definition.env)
  return {
    name: definition.name ?? defaultName,
    failFast: definition['fail-fast'] ?? false,
    jobs: ids.flatMap((id) => {
      const job = definition.jobs[id]
      return job === undefined ? [] : [compileJob(id, job, env)]
    }),
  }
}

function compileJob(id: string, job: JobDefinition, workflowEnv: Env): WorkflowJob {
  return {
    id,
    name: job.name ?? id,
    needs: listOf(job.needs),
    command: commandOf(job, workflowEnv),
    ...(job.payload === undefined ? {} : { payload: job.payload as JsonValue }),
    labels: canonicalLabelSet(listOf(job.labels ?? job['runs-on'])),
    priority: job.priority ?? 0,
    retryPolicy: retryPolicyOf(job.retries),
    ...(job.timeout === undefined ? {} : { timeoutMs: parseDuration(job.timeout) }),
    condition: conditionOf(job.if),
    continueOnError: job['continue-on-error'] ?? false,
  }
}

function commandOf({ run, steps, env, payload }: JobDefinition, workflowEnv: Env): string {
  // A handler is named by the whole of its command, and gets no environment.
  if (run !== undefined && payload !== undefined) return run
  const jobEnv = { ...workflowEnv, ...envOf(env) }
  if (run !== undefined) return scriptWithEnv(run, jobEnv)
  const compiled = (steps ?? []).map((step) => ({ name: step.name, run: step.run, env: envOf(step.env) }))
  return scriptOfSteps(compiled, jobEnv)
}

function envOf(env: WorkflowDefinition['env'] = {}): Env {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]))
}

function listOf(value: string | readonly string[] = []): readonly string[] {
  return typeof value === 'string' ? [value] : value
}

function retryPolicyOf(retries: JobDefinition['retries'] = 0): RetryPolicy {
  if (retries === 0) return NO_RETRIES
  if (typeof retries === 'number') return { maxRetries: retries, backoff: { kind: 'none' } }
  return { maxRetries: retries.max, backoff: backoffOf(retries.backoff) }
}

type BackoffDefinition = Extract<JobDefinition['retries'], object>['backoff']

function backoffOf(backoff: BackoffDefinition = 'none'): Backoff {
  if (backoff === 'none') return { kind: 'none' }
  switch (backoff.kind) {
    case 'none':
      return { kind: 'none' }
    case 'fixed':
      return { kind: 'fixed', delayMs: parseDuration(backoff.delay) }
    case 'exponential': {
      const { jitter } = backoff
      const bounds = { baseMs: parseDuration(backoff.base), maxMs: parseDuration(backoff.max) }
      return { kind: 'exponential', ...bounds, ...(jitter === undefined ? {} : { jitter }) }
    }
  }
}

function conditionOf(text = 'success()'): JobCondition {
  const [, wrapped, bare] = CONDITION_PATTERN.exec(text) ?? []
  return (wrapped ?? bare) as JobCondition
}
