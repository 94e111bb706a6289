import { QueueError, type QueueErrorCode } from '@sluice/core'
import { RunError, type RunErrorCode, WorkflowDefinitionError } from '@sluice/dag'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ZodError } from 'zod'
import { RequestError, type RequestErrorCode } from './request-error.ts'

type ProblemCode = QueueErrorCode | RunErrorCode | RequestErrorCode | 'INTERNAL'

/** An error as RFC 9457 has it, and how to answer with it. */
export interface ProblemAnswer {
  readonly status: ContentfulStatusCode
  readonly body: Readonly<Record<string, unknown>>
  /** When it is worth trying again, in seconds. */
  readonly retryAfterSeconds?: number
  /** Nobody foresaw it: somebody should look into it. */
  readonly isDefect?: true
}

const KINDS: Readonly<Record<ProblemCode, readonly [status: ContentfulStatusCode, title: string]>> = {
  VALIDATION: [400, 'Invalid request'],
  UNAUTHENTICATED: [401, 'Not authenticated'],
  FORBIDDEN: [403, 'Not allowed'],
  NOT_FOUND: [404, 'Not found'],
  RUN_NOT_FOUND: [404, 'Unknown run'],
  JOB_NOT_FOUND: [404, 'Unknown job'],
  UNKNOWN_JOB: [404, 'Unknown job'],
  LEASE_NOT_FOUND: [404, 'Unknown lease'],
  WORKER_NOT_FOUND: [404, 'Unknown worker'],
  WORKFLOW_CANCELLED: [409, 'The workflow was cancelled'],
  JOB_CANCELLED: [409, 'The job was cancelled'],
  RUN_CONFLICT: [409, 'Somebody else changed the run'],
  RUN_NOT_FINISHED: [409, 'The run has not ended'],
  NOTHING_TO_RETRY: [409, 'Nothing to retry'],
  IDEMPOTENCY_CONFLICT: [409, 'Another run has this id'],
  LEASE_EXPIRED: [410, 'The lease is over'],
  BODY_TOO_LARGE: [413, 'The request is too large'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'The request is not JSON'],
  TOO_MANY_REQUESTS: [429, 'Too many requests'],
  TOO_MANY_STREAMS: [429, 'Too many open streams'],
  TOO_MANY_WAITING: [429, 'Too many waiting requests'],
  INTERNAL: [500, 'The server failed'],
  CAPACITY_EXCEEDED: [503, 'The store is full'],
  BACKEND_UNAVAILABLE: [503, 'The store is unavailable'],
  QUEUE_CLOSED: [503, 'The server is stopping'],
  ENQUEUER_CLOSED: [503, 'The server is stopping'],
  ENQUEUER_NOT_STARTED: [503, 'The server is starting'],
}

/** What an error tells besides its message, and what answers may repeat. */
const DETAILS = ['field', 'workflowId', 'jobId', 'leaseId', 'runId', 'workerId'] as const

/** Describes any error as a problem. */
export function problemOf(error: unknown): ProblemAnswer {
  if (QueueError.is(error) || RunError.is(error) || error instanceof RequestError) {
    const { retryAfterSeconds } = error as { readonly retryAfterSeconds?: number }
    const answer = problem(error.code, error.message, detailsOf(error))
    if (retryAfterSeconds !== undefined) return { ...answer, retryAfterSeconds }
    return answer.status === 503 ? { ...answer, retryAfterSeconds: 1 } : answer
  }
  // Hono's own say that a body is not JSON.
  if (error instanceof HTTPException && error.status === 400) return problem('VALIDATION', error.message)
  return { ...problem('INTERNAL', 'the server failed; its log says why'), isDefect: true }
}

/** Describes what is wrong with the parts of a request; `target` is the part, as in `json` or `query`. */
export function problemOfRequest(target: string, { issues }: ZodError): ProblemAnswer {
  const problems = issues.map(({ path, message }) => ({ path: path.map(String), message }))
  const detail = problems.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('\n')
  const field = problems[0]?.path.join('.') || (target === 'json' ? 'body' : target)
  return problem('VALIDATION', detail, { field, problems })
}

function problem(code: ProblemCode, detail: string, details: Readonly<Record<string, unknown>> = {}): ProblemAnswer {
  const [status, title] = KINDS[code]
  return { status, body: { type: `urn:sluice:problem:${code}`, title, status, detail, code, ...details } }
}

function detailsOf(error: Error): Record<string, unknown> {
  const known = DETAILS.map((name) => [name, (error as unknown as Record<string, unknown>)[name]] as const)
  const details = Object.fromEntries(known.filter(([, value]) => typeof value === 'string'))
  return WorkflowDefinitionError.is(error) ? { ...details, problems: error.problems } : details
}
