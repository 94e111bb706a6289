import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { InputError } from '../input-error.ts'
import { isLoopbackHost } from './auth/loopback.ts'
import type { TokenStore } from './auth/token-store.ts'

/** Where to listen, and for how long to wait for clients. Times are milliseconds. */
export interface ServeApiOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Without any token, only this machine may reach the server. */
  readonly tokens: TokenStore
  /** For a whole request to arrive. Defaults to 60 seconds. */
  readonly requestTimeoutMs?: number
  /** For a connection to move a single byte. Longer than streams and claims are silent. Defaults to 2 minutes. */
  readonly stalledTimeoutMs?: number
}

/** A server that answers requests. */
export interface ApiServer {
  /** As in `http://127.0.0.1:4747`. */
  readonly url: string
  /**
   * Takes no more requests, and resolves when those that were under way are answered, or at the deadline, when it cuts them off.
   *
   * Streams and waiting claims do not end by themselves: abort the signal of the app first.
   */
  close(deadlineMs: number): Promise<void>
}

const HEADERS_TIMEOUT_MS = 15_000

/** How long an idle connection is kept; longer than the usual minute of proxies, which would use one that we are closing. */
const KEEP_ALIVE_MS = 65_000

/**
 * Serves an app over HTTP.
 *
 * @throws {InputError} where it cannot listen, or would be open to other machines without a token.
 */
export async function serveApi(
  app: { readonly fetch: (request: Request, env: object) => Response | Promise<Response> },
  options: ServeApiOptions,
): Promise<ApiServer> {
  const { host, port, tokens, requestTimeoutMs = 60_000, stalledTimeoutMs = 120_000 } = options
  if (!isLoopbackHost(host) && (await tokens.isEmpty()))
    throw new InputError(
      `there is no token, so nobody else may reach the server: make one with \`sluice token create\`, or listen on 127.0.0.1 instead of ${host}`,
    )
  const server = createAdaptorServer({
    fetch: (request, env) => app.fetch(request, env),
    serverOptions: {
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: Math.min(5000, requestTimeoutMs),
    },
  }) as Server
  server.setTimeout(stalledTimeoutMs)
  server.on('request', (_request, response) => {
    // A server that closes has closed the connections that were idle then; this one becomes idle only now.
    response.on('close', () => setImmediate(() => server.listening || server.closeIdleConnections()))
  })
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new InputError(`cannot listen on ${host}, port ${port}: ${(error as Error).message}`)
  }
  return { url: urlOf(server.address() as AddressInfo), close: (deadlineMs) => close(server, deadlineMs) }
}

async function close(server: Server, deadlineMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const timer = setTimeout(() => server.closeAllConnections(), deadlineMs)
  await closed
  clearTimeout(timer)
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
