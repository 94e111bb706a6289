import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { ApiEnv } from './api-env.ts'

/** A request as a log may tell of it: without its query, its headers, its body, and the ids of leases, which let one settle jobs. */
export interface AnsweredRequest {
  /** What the caller sent as `X-Request-Id`, or was given as that. */
  readonly requestId: string
  readonly method: string
  /** The pattern of the path, as in `/v1/runs/:runId`. */
  readonly route: string
  readonly path: string
  readonly status: number
  /** Of a stream, until its first byte. */
  readonly durationMs: number
  /** The name of the token; none where the request had to be refused before anybody knew. */
  readonly caller?: string
}

/** Tells of each request once it is answered. */
export function reportRequests(onRequest: (request: AnsweredRequest) => void): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const startedAt = performance.now()
    await next()
    const durationMs = Math.round((performance.now() - startedAt) * 10) / 10
    const route = routePath(c, -1)
    const caller: ApiEnv['Variables']['caller'] | undefined = c.get('caller')
    onRequest({
      requestId: c.get('requestId'),
      method: c.req.method,
      route,
      path: route.includes(':leaseId') ? route : c.req.path,
      status: c.res.status,
      durationMs,
      ...(caller === undefined ? {} : { caller: caller.name }),
    })
  }
}
