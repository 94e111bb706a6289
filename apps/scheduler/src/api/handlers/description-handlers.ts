import type { OpenAPIHono } from '@hono/zod-openapi'
import type { ApiEnv } from '../api-env.ts'
import { describeApi } from '../open-api.ts'
import { referencePage } from '../reference/reference-page.ts'

/** Adds the description of all routes that the app has by now, for machines and for people; anybody may read it. */
export function addDescriptionHandlers(app: OpenAPIHono<ApiEnv>): void {
  const description = describeApi(app)
  app.get('/openapi.json', (c) => c.json(description))
  app.get('/reference', async (c) => c.html(await referencePage(description)))
}
