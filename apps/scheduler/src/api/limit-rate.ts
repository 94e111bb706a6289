import type { MiddlewareHandler } from 'hono'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { ApiEnv } from './api-env.ts'
import { LOCAL_CALLER } from './auth/caller.ts'
import { RequestError } from './request-error.ts'

/** Refuses a caller's requests beyond so many in a second. */
export function limitRate(requestsPerSecond: number): MiddlewareHandler<ApiEnv> {
  const limiter = new RateLimiterMemory({ points: requestsPerSecond, duration: 1 })
  return async (c, next) => {
    const caller = c.get('caller')
    // Nobody but this machine sends these, and there is no other token to be kept from.
    if (caller === LOCAL_CALLER) return next()
    const { name } = caller
    try {
      await limiter.consume(name)
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal
      const problem = `the token "${name}" sent more than ${requestsPerSecond} requests in a second; send fewer`
      throw new RequestError('TOO_MANY_REQUESTS', problem, { retryAfterSeconds: 1 })
    }
    return next()
  }
}
