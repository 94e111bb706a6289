import type { OpenAPIHono } from '@hono/zod-openapi'
import manifest from '../../package.json' with { type: 'json' }
import type { ApiEnv } from './api-env.ts'
import { TOKEN_SCHEME } from './route.ts'

/** The description of the whole API, as OpenAPI 3.1. */
export type OpenApiDocument = ReturnType<OpenAPIHono<ApiEnv>['getOpenAPI31Document']>

const DESCRIPTION = [
  'Runs workflows, shows them, and lets workers in any language take part.',
  'Errors are problem documents (RFC 9457): match on their `code`. Times are milliseconds since the epoch. Ids in paths are',
  'percent-encoded; "." and ".." cannot be in a path.',
].join('\n')

/** Describes all routes that an app has. */
export function describeApi(app: OpenAPIHono<ApiEnv>): OpenApiDocument {
  app.openAPIRegistry.registerComponent('securitySchemes', TOKEN_SCHEME, {
    type: 'http',
    scheme: 'bearer',
    description: 'A token that `sluice token create` made.',
  })
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Sluice', version: manifest.version, description: DESCRIPTION, license: { name: 'MIT' } },
    tags: [
      { name: 'Workflows' },
      { name: 'Runs' },
      { name: 'Workers', description: 'What workers use; see docs/worker-protocol.md.' },
      { name: 'Server' },
    ],
  })
}
