import type { OpenAPIHono } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import { addQueueGauges } from '../../metrics/queue-gauges.ts'
import type { ServiceMetrics } from '../../metrics/service-metrics.ts'
import type { ApiContext } from '../api-context.ts'
import type { ApiEnv } from '../api-env.ts'
import { getMetrics } from '../routes/server-routes.ts'

/** Adds what monitoring reads. */
export function addMetricsHandlers(app: OpenAPIHono<ApiEnv>, metrics: ServiceMetrics, context: ApiContext): void {
  const { backend, enqueuer, streams, waitingClaims } = context
  addQueueGauges(metrics, backend)
  metrics.addGauge('sluice_scheduler_active', 'Whether this process is the active scheduler: 1 or 0.', [], (gauge) =>
    gauge.set(enqueuer.isScheduling ? 1 : 0),
  )
  metrics.addGauge('sluice_http_open_streams', 'Streams that are open.', [], (gauge) => gauge.set(streams.open))
  metrics.addGauge('sluice_http_waiting_claims', 'Claims that wait for jobs.', [], (gauge) =>
    gauge.set(waitingClaims.open),
  )
  app.openapi(getMetrics, async (c) =>
    c.text(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType }),
  )
}

/** Counts and times requests by their route, of which there are few, and not by their path. */
export function measureRequests(metrics: ServiceMetrics): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const stop = metrics.requests.startTimer({ method: c.req.method })
    await next()
    stop({ route: routePath(c, -1), status: c.res.status })
  }
}
