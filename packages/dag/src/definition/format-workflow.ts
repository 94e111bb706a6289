import type { Backoff, JsonValue, RetryPolicy } from '@sluice/core'
import { Document, isScalar, Scalar, visit } from 'yaml'
import type { Workflow, WorkflowJob } from '../workflow.ts'
import { formatDuration } from './duration.ts'
import { escapeVariables } from './variables.ts'
import type { JobDefinition } from './workflow-schema.ts'

/**
 * Writes a workflow as YAML, which `parseWorkflow` turns back into an equal workflow. Defaults are left out.
 *
 * The workflow must be valid.
 */
export function formatWorkflow(workflow: Workflow): string {
  const document = new Document(
    {
      name: escapeVariables(workflow.name),
      ...(workflow.failFast ? { 'fail-fast': true } : {}),
      jobs: new Map(workflow.jobs.map((job) => [job.id, definitionOf(job)])),
    },
    { aliasDuplicateObjects: false },
  )
  visit(document, {
    Pair(_, { key }) {
      // Without quotes it would be a merge key.
      if (isScalar(key) && key.value === '<<') key.type = Scalar.QUOTE_DOUBLE
    },
  })
  return document.toString({ lineWidth: 0 })
}

function definitionOf(job: WorkflowJob): JobDefinition {
  return {
    ...(job.name === job.id ? {} : { name: escapeVariables(job.name) }),
    ...(job.needs.length === 0 ? {} : { needs: oneOrMany(job.needs) }),
    ...(job.condition === 'success' ? {} : { if: `${job.condition}()` }),
    ...(job.labels.length === 0 ? {} : { labels: oneOrMany(job.labels) }),
    ...(job.priority === 0 ? {} : { priority: job.priority }),
    ...retriesOf(job.retryPolicy),
    ...(job.timeoutMs === undefined ? {} : { timeout: formatDuration(job.timeoutMs) }),
    ...(job.continueOnError ? { 'continue-on-error': true } : {}),
    run: escapeVariables(job.command),
    ...(job.payload === undefined ? {} : { payload: escapePayload(job.payload) }),
  }
}

function oneOrMany(items: readonly string[]): string | string[] {
  const [only] = items
  return only !== undefined && items.length === 1 ? only : [...items]
}

function retriesOf({ maxRetries, backoff }: RetryPolicy): Pick<JobDefinition, 'retries'> {
  if (backoff.kind !== 'none') return { retries: { max: maxRetries, backoff: backoffOf(backoff) } }
  return maxRetries === 0 ? {} : { retries: maxRetries }
}

function backoffOf(backoff: Exclude<Backoff, { kind: 'none' }>) {
  if (backoff.kind === 'fixed') return { kind: backoff.kind, delay: formatDuration(backoff.delayMs) }
  const { kind, baseMs, maxMs, jitter } = backoff
  const bounds = { kind, base: formatDuration(baseMs), max: formatDuration(maxMs) }
  return jitter === undefined ? bounds : { ...bounds, jitter }
}

function escapePayload(value: JsonValue): JsonValue {
  if (typeof value === 'string') return escapeVariables(value)
  if (Array.isArray(value)) return value.map(escapePayload)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escapePayload(item)]))
}
