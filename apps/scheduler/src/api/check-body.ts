import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ApiEnv } from './api-env.ts'
import type { ApiLimits } from './api-limits.ts'
import { RequestError } from './request-error.ts'

/** The paths of what brings a workflow, which may be large. */
const WORKFLOW_PATHS = /\/v1\/(runs|workflows\/validate)\/?$/

/** Refuses bodies that are too large, while they come in, or that are not JSON. */
export function checkBody({ maxBodyBytes, maxWorkflowBytes }: ApiLimits): MiddlewareHandler<ApiEnv> {
  const [small, large] = [limitTo(maxBodyBytes), limitTo(maxWorkflowBytes)]
  return async (c, next) => {
    const type = c.req.header('content-type')
    if (type !== undefined && !/^application\/json\s*(;|$)/i.test(type))
      throw new RequestError('UNSUPPORTED_MEDIA_TYPE', 'the body must be JSON; send Content-Type: application/json')
    return (WORKFLOW_PATHS.test(c.req.path) ? large : small)(c, next)
  }
}

function limitTo(maxSize: number): MiddlewareHandler<ApiEnv> {
  const refuse = (): never => {
    throw new RequestError('BODY_TOO_LARGE', `the body of this request must have at most ${maxSize} bytes`)
  }
  const whileItComesIn = bodyLimit({ maxSize, onError: refuse })
  return async (c, next) => {
    const length = declaredLength(c)
    // Looking at the body, as the library does first, costs as much as all the rest of a small request.
    if (length === undefined) return whileItComesIn(c, next)
    return length > maxSize ? refuse() : next()
  }
}

/** The length of the body, where the client has to keep to it. */
function declaredLength({ req }: Context): number | undefined {
  const length = req.header('content-length')
  return length === undefined || req.header('transfer-encoding') !== undefined ? undefined : Number.parseInt(length, 10)
}
