import type { OpenAPIHono } from '@hono/zod-openapi'
import manifest from '../../../package.json' with { type: 'json' }
import type { ApiContext } from '../api-context.ts'
import type { ApiEnv } from '../api-env.ts'
import { getQueueStats, getServerInfo } from '../routes/server-routes.ts'

/** Adds what tells of the server itself. */
export function addServerHandlers(app: OpenAPIHono<ApiEnv>, { backend, enqueuer }: ApiContext): void {
  const { name, queue } = backend
  app.openapi(getServerInfo, (c) => {
    const { durable, multiProcess } = queue.capabilities
    const { isScheduling } = enqueuer
    const { version } = manifest
    return c.json({ version, backend: name, durable, multiProcess, isScheduling, now: Date.now() }, 200)
  })
  app.openapi(getQueueStats, async (c) => c.json(await queue.stats(), 200))
}
