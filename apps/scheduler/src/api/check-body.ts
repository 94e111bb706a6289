import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ApiEnv } from './api-env.ts'
import type { ApiLimits } from './api-limits.ts'
import { RequestError } from './request-error.ts'

/** The paths of what brings a workflow, which may be large. */
const WORKFLOW_PATHS = /\/v1\/(runs|workflows\/validate)\/?$/

/** Refuses bodies that are too large, while they come in, or that are not JSON. */
export function checkBody({ maxBodyBytes, maxWorkflowBytes }: ApiLimits): MiddlewareHandler<ApiEnv> {
  const limitTo = (maxSize: number) =>
    bodyLimit({
      maxSize,
      onError() {
        throw new RequestError('BODY_TOO_LARGE', `the body of this request must have at most ${maxSize} bytes`)
      },
    })
  const [small, large] = [limitTo(maxBodyBytes), limitTo(maxWorkflowBytes)]
  return async (c, next) => {
    const type = c.req.header('content-type')
    if (type !== undefined && !/^application\/json\s*(;|$)/i.test(type))
      throw new RequestError('UNSUPPORTED_MEDIA_TYPE', 'the body must be JSON; send Content-Type: application/json')
    return (WORKFLOW_PATHS.test(c.req.path) ? large : small)(c, next)
  }
}
