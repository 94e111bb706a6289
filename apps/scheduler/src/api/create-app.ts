import { OpenAPIHono } from '@hono/zod-openapi'
import type { Backend } from '@sluice/core'
import type { DependencyEnqueuer } from '@sluice/dag'
import type { Context } from 'hono'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { ServiceMetrics } from '../metrics/service-metrics.ts'
import { type AnsweredRequest, reportRequests } from './answered-request.ts'
import type { ApiContext } from './api-context.ts'
import type { ApiEnv } from './api-env.ts'
import { type ApiLimits, DEFAULT_API_LIMITS } from './api-limits.ts'
import { type Access, authenticate } from './auth/authenticate.ts'
import { checkBody } from './check-body.ts'
import { addDescriptionHandlers } from './handlers/description-handlers.ts'
import { addHealthHandlers } from './handlers/health-handlers.ts'
import { addMetricsHandlers, measureRequests } from './handlers/metrics-handlers.ts'
import { addRunHandlers } from './handlers/run-handlers.ts'
import { addRunStreamHandlers } from './handlers/run-stream-handlers.ts'
import { addServerHandlers } from './handlers/server-handlers.ts'
import { addWorkerHandlers } from './handlers/worker-handlers.ts'
import { addWorkflowHandlers } from './handlers/workflow-handlers.ts'
import { limitRate } from './limit-rate.ts'
import { OpenCalls } from './open-calls.ts'
import { WorkflowReader } from './parsing/workflow-reader.ts'
import { type ProblemAnswer, problemOf, problemOfRequest } from './problem-document.ts'
import { REFERENCE_STYLE_SOURCE } from './reference/reference-styles.ts'
import { RequestError } from './request-error.ts'
import { JobEndings } from './streams/job-endings.ts'

/** What an app needs besides its backend. */
export interface AppOptions extends Access {
  /** Starts, cancels, retries and follows runs. Started by the caller, and closed after the app. */
  readonly enqueuer: DependencyEnqueuer
  readonly limits?: Partial<ApiLimits>
  /** What is measured, which `/metrics` shows. Defaults to metrics of the app's own. */
  readonly metrics?: ServiceMetrics
  /** Ends open streams and waiting claims when it aborts, so that a server can stop. */
  readonly signal?: AbortSignal
  /** Hears of errors that nobody foresaw, and that answers say nothing of, with the id of the request. Defaults to a warning of the process. */
  readonly onError?: (error: unknown, requestId: string) => void
  /** Hears of each request once it is answered. */
  readonly onRequest?: (request: AnsweredRequest) => void
}

/** The HTTP API: give its `fetch` to a server, or mount it in an app of your own. */
export type App = OpenAPIHono<ApiEnv>

/**
 * Makes the HTTP API over a backend.
 *
 * It keeps nothing to itself: any number of processes may serve the same backend.
 */
export function createApp(backend: Backend, options: AppOptions): App {
  const limits = { ...DEFAULT_API_LIMITS, ...options.limits }
  const {
    enqueuer,
    onRequest,
    onError = warn,
    signal = new AbortController().signal,
    metrics = new ServiceMetrics(),
  } = options
  const context: ApiContext = {
    backend,
    enqueuer,
    limits,
    signal,
    onError,
    streams: new OpenCalls(limits.maxStreams, 'TOO_MANY_STREAMS', 'streams'),
    waitingClaims: new OpenCalls(limits.maxWaitingClaims, 'TOO_MANY_WAITING', 'waiting claims'),
    endings: new JobEndings(backend),
    workflowReader: new WorkflowReader(signal),
  }
  const app: App = new OpenAPIHono<ApiEnv>({
    defaultHook(result, c) {
      return result.success ? undefined : answer(c, problemOfRequest(result.target, result.error))
    },
  })
  app.onError((error, c) => {
    const problem = problemOf(error)
    if (problem.isDefect) onError(error, c.get('requestId'))
    return answer(c, problem)
  })
  app.notFound((c) => answer(c, problemOf(new RequestError('NOT_FOUND', `there is no ${c.req.method} ${c.req.path}`))))
  app.use(secureHeaders({ contentSecurityPolicy: CONTENT_POLICY }))
  app.use(requestId(), measureRequests(metrics))
  if (onRequest !== undefined) app.use(reportRequests(onRequest))
  for (const path of ['/v1/*', '/metrics'])
    app.use(path, noStore, authenticate(options), limitRate(limits.maxRequestsPerSecond), checkBody(limits))
  addWorkflowHandlers(app, context)
  addRunHandlers(app, context)
  addRunStreamHandlers(app, context)
  addWorkerHandlers(app, context)
  addServerHandlers(app, context)
  addMetricsHandlers(app, metrics, context)
  addHealthHandlers(app, context)
  addDescriptionHandlers(app)
  return app
}

/** Nothing that the API answers with is to load anything, but for the styles of the reference page. */
const CONTENT_POLICY = {
  defaultSrc: ["'none'"],
  styleSrc: [REFERENCE_STYLE_SOURCE],
  frameAncestors: ["'none'"],
}

async function noStore(c: Context, next: () => Promise<void>): Promise<void> {
  await next()
  c.header('cache-control', 'no-store')
}

function answer(c: Context, { status, body, retryAfterSeconds }: ProblemAnswer): Response {
  if (retryAfterSeconds !== undefined) c.header('retry-after', String(retryAfterSeconds))
  if (status === 401) c.header('www-authenticate', 'Bearer')
  return c.body(JSON.stringify(body), status, { 'content-type': 'application/problem+json' })
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}
