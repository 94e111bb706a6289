import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { findFreePort } from './free-port.ts'

/** A connection to a server that can be disturbed. */
export interface ServerProxy {
  readonly port: number
  /** The URL of the server, by way of the proxy. */
  readonly url: string
  /** Resets every connection that there is; new ones are served. */
  cut(): void
  /** Resets every connection and refuses new ones, as a server that is down. */
  refuse(): Promise<void>
  /** Serves again after `refuse`. */
  accept(): Promise<void>
  /** Holds back what is sent in either direction, on old connections and new ones, as a network that swallows packets. */
  freeze(): void
  /** Delivers what was held back since `freeze`, and all that follows. */
  thaw(): void
  /**
   * Delivers the next requests, but in place of their replies resets the connection.
   *
   * With a text, counts only requests that contain it.
   *
   * @returns How many are still to be dropped, as it goes down.
   */
  dropReplies(count: number, requestText?: string): { readonly left: number }
  dispose(): Promise<void>
}

interface Link {
  readonly client: Socket
  readonly server: Socket
  /** The reply that comes next is to be dropped. */
  dropsReply: boolean
}

/** Starts a proxy for the server at a URL. */
export async function startProxy(targetUrl: string): Promise<ServerProxy> {
  const target = new URL(targetUrl)
  const links = new Set<Link>()
  let isFrozen = false
  let drops = { left: 0, requestText: '' }

  const forward = (link: Link, from: Socket, to: Socket, inspect: (chunk: Buffer) => boolean) => {
    from.on('data', (chunk: Buffer) => {
      if (!inspect(chunk)) return reset(link)
      if (!to.write(chunk)) from.pause()
    })
    to.on('drain', () => isFrozen || from.resume())
    from.once('end', () => to.end())
    from.on('error', () => reset(link))
    from.once('close', () => {
      to.destroy()
      links.delete(link)
    })
  }

  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ host: target.hostname, port: Number(target.port), noDelay: true })
    const link: Link = { client, server, dropsReply: false }
    links.add(link)
    forward(link, client, server, (request) => {
      if (drops.left > 0 && request.includes(drops.requestText)) {
        drops.left -= 1
        link.dropsReply = true
      }
      return true
    })
    forward(link, server, client, () => !link.dropsReply)
    if (isFrozen) hold(link)
  })
  const listen = async (port: number) => {
    listener.listen({ port, host: '127.0.0.1' })
    await once(listener, 'listening')
  }
  const cut = () => {
    for (const link of links) reset(link)
  }
  const refuse = async () => {
    if (!listener.listening) return
    const closed = once(listener, 'close')
    listener.close()
    cut()
    await closed
  }

  const port = await findFreePort()
  await listen(port)
  const url = new URL(targetUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return {
    port,
    url: url.href,
    cut,
    refuse,
    accept: async () => {
      if (!listener.listening) await listen(port)
    },
    freeze() {
      isFrozen = true
      for (const link of links) hold(link)
    },
    thaw() {
      isFrozen = false
      for (const { client, server } of links) for (const socket of [client, server]) socket.resume()
    },
    dropReplies(count, requestText = '') {
      drops = { left: count, requestText }
      return drops
    },
    dispose: refuse,
  }
}

function hold({ client, server }: Link): void {
  client.pause()
  server.pause()
}

function reset({ client, server }: Link): void {
  // A connection that was ended on this side cannot be reset any more; Node would leave it open.
  for (const socket of [client, server]) {
    if (socket.writableEnded) socket.destroy()
    else socket.resetAndDestroy()
  }
}
