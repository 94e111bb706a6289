import type { MiddlewareHandler } from 'hono'
import type { ApiEnv } from '../api-env.ts'
import { RequestError } from '../request-error.ts'
import { grants, type Role } from './role.ts'

/** Lets a request pass whose caller has a role, or one that includes it. */
export function permit(role: Role): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const { name, roles } = c.get('caller')
    if (!grants(roles, role)) {
      throw new RequestError('FORBIDDEN', `the token "${name}" has the roles ${roles.join(', ')}; this needs "${role}"`)
    }
    await next()
  }
}
