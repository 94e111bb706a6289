import { createRoute, type RouteConfig, type z } from '@hono/zod-openapi'
import { permit } from './auth/permit.ts'
import type { Role } from './auth/role.ts'
import { problemSchema } from './schemas/problem.ts'

/** The name of the way to authenticate, in the OpenAPI document. */
export const TOKEN_SCHEME = 'token'

/** A request's or an answer's JSON. */
export function json<Schema extends z.ZodType>(schema: Schema) {
  return { 'application/json': { schema } } as const
}

/** An answer that is JSON. */
export function jsonAnswer<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: json(schema) } as const
}

/** A request's body that is JSON. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: json(schema) } as const
}

/**
 * Describes a route of the API: who may use it, what it takes and what it answers.
 *
 * Every route may answer with a problem document besides.
 */
export function apiRoute<const Path extends string, Route extends Omit<RouteConfig, 'path'> & { readonly path: Path }>(
  role: Role,
  route: Route,
) {
  const described = createRoute<Path, Route>(route)
  return Object.assign(described, {
    security: [{ [TOKEN_SCHEME]: [] }],
    description: [route.description, `Needs a token with the role \`${role}\`.`].filter(Boolean).join('\n\n'),
    responses: { ...route.responses, default: PROBLEM },
    middleware: permit(role),
  }) as unknown as typeof described
}

const PROBLEM = {
  description: 'A problem, with its code.',
  content: { 'application/problem+json': { schema: problemSchema } },
}
