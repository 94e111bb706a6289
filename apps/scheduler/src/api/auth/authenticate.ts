import type { MiddlewareHandler } from 'hono'
import type { ApiEnv } from '../api-env.ts'
import { RequestError } from '../request-error.ts'
import { LOCAL_CALLER } from './caller.ts'
import { isLoopbackHost } from './loopback.ts'
import type { TokenStore } from './token-store.ts'

/** Who may use the API. */
export interface Access {
  readonly tokens: TokenStore
  /**
   * Lets anybody do everything until there is a token for the first time. Only for a server that nothing but this machine can reach.
   * Defaults to false.
   */
  readonly isLocal?: boolean
}

/** Finds out who sent a request, and refuses those who cannot say. */
export function authenticate({ tokens, isLocal = false }: Access): MiddlewareHandler<ApiEnv> {
  let isOpen = isLocal
  return async (c, next) => {
    // For good: a file of tokens that goes away must not open the server again.
    isOpen &&= await tokens.isEmpty()
    if (isOpen) {
      assertLocal(c.req.url, c.req.header('origin'))
      c.set('caller', LOCAL_CALLER)
      return next()
    }
    const token = /^Bearer +(\S+) *$/i.exec(c.req.header('authorization') ?? '')?.[1]
    if (token === undefined)
      throw new RequestError(
        'UNAUTHENTICATED',
        'send a token: Authorization: Bearer sluice_…; `sluice token create` makes one',
      )
    const caller = await tokens.find(token)
    if (caller === null)
      throw new RequestError(
        'UNAUTHENTICATED',
        'the token is unknown, was revoked or has run out; `sluice token create` makes another',
      )
    c.set('caller', caller)
    return next()
  }
}

/** Keeps web pages that a browser on this machine shows from using a server that asks nobody for a token. */
function assertLocal(url: string, origin: string | undefined): void {
  const hosts = [url, ...(origin === undefined ? [] : [origin])].map(hostOf)
  const strange = hosts.find((host) => !isLoopbackHost(host))
  if (strange === undefined) return
  const problem = `a server without tokens answers only to this machine, not to "${strange}"`
  throw new RequestError('FORBIDDEN', `${problem}; use 127.0.0.1, or make a token with \`sluice token create\``)
}

function hostOf(url: string): string {
  return URL.parse(url)?.hostname ?? url
}
