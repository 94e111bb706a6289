import pg from 'pg'
import type { Deadline } from './deadline.ts'
import { destroySocket } from './pg-connection.ts'
import type { Listening, ListenOptions } from './session.ts'

const HEARTBEAT_MS = 5000
const CONNECT_TIMEOUT_MS = 5000
const MAX_RECONNECT_MS = 2000

/** Tells of each channel whether the connection still listens to it: a pooler may have put another session in its place. */
const HEARTBEAT_SQL = 'SELECT channel FROM pg_listening_channels() AS listening (channel)'

/** All channels of a process over one connection, which it opens with the first, mends when it is lost, and closes with the last. */
export class PgListener {
  readonly #config: pg.ClientConfig
  readonly #channels = new Map<string, Set<ListenOptions>>()
  #client: pg.Client | null = null
  #connecting: Promise<pg.Client> | null = null
  #timer: NodeJS.Timeout | undefined
  #failures = 0
  #isClosed = false

  constructor(config: pg.ClientConfig) {
    this.#config = { ...config, keepAlive: true, connectionTimeoutMillis: CONNECT_TIMEOUT_MS }
  }

  async listen(channel: string, options: ListenOptions, deadline: Deadline): Promise<Listening> {
    const listeners = this.#channels.get(channel) ?? new Set()
    this.#channels.set(channel, listeners.add(options))
    const stop = () => this.#remove(channel, options)
    try {
      const client = await deadline.limit(this.#connected())
      await deadline.limit(client.query(`LISTEN ${pg.escapeIdentifier(channel)}`))
    } catch (error) {
      await stop()
      throw error
    }
    return { close: stop }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#channels.clear()
    await this.#disconnect()
  }

  #connected(): Promise<pg.Client> {
    if (this.#client) return Promise.resolve(this.#client)
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = null
    })
    return this.#connecting
  }

  async #connect(): Promise<pg.Client> {
    clearTimeout(this.#timer)
    const client = new pg.Client(this.#config)
    client.on('error', () => this.#lost(client))
    client.on('end', () => this.#lost(client))
    client.on('notification', ({ channel, payload = '' }) => {
      for (const { onPayload } of this.#channels.get(channel) ?? []) onPayload(payload)
    })
    try {
      await client.connect()
      for (const channel of this.#channels.keys()) await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      destroySocket(client)
      throw error
    }
    if (this.#isClosed) {
      destroySocket(client)
      throw new Error('the listener is closed')
    }
    this.#client = client
    this.#failures = 0
    this.#scheduleHeartbeat(client)
    return client
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client) return
    this.#client = null
    destroySocket(client)
    this.#reconnect()
  }

  #reconnect(): void {
    clearTimeout(this.#timer)
    if (this.#isClosed || this.#channels.size === 0) return
    const delayMs = this.#failures === 0 ? 0 : Math.min(MAX_RECONNECT_MS, 25 * 2 ** this.#failures)
    this.#failures++
    this.#timer = setTimeout(async () => {
      try {
        await this.#connected()
      } catch {
        this.#reconnect()
        return
      }
      for (const listeners of [...this.#channels.values()]) for (const { onReconnect } of [...listeners]) onReconnect()
    }, delayMs)
  }

  #scheduleHeartbeat(client: pg.Client): void {
    this.#timer = setTimeout(async () => {
      const isAlive = await this.#beat(client)
      if (this.#client !== client) return
      if (isAlive) this.#scheduleHeartbeat(client)
      else this.#lost(client)
    }, HEARTBEAT_MS)
  }

  async #beat(client: pg.Client): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, HEARTBEAT_MS, null)
    })
    const asked = [...this.#channels.keys()]
    try {
      const result = await Promise.race([client.query<{ channel: string }>(HEARTBEAT_SQL), late])
      const heard = new Set(result?.rows.map(({ channel }) => channel))
      return asked.every((channel) => heard.has(channel) || !this.#channels.has(channel))
    } catch {
      return false
    } finally {
      clearTimeout(timer)
    }
  }

  async #remove(channel: string, options: ListenOptions): Promise<void> {
    const listeners = this.#channels.get(channel)
    if (!listeners?.delete(options) || listeners.size > 0) return
    this.#channels.delete(channel)
    if (this.#channels.size === 0) await this.#disconnect()
    else await this.#client?.query(`UNLISTEN ${pg.escapeIdentifier(channel)}`).catch(() => {})
  }

  async #disconnect(): Promise<void> {
    clearTimeout(this.#timer)
    const client = this.#client
    this.#client = null
    if (client === null) return
    const ended = new Promise<void>((resolve) => client.once('end', resolve))
    destroySocket(client)
    await ended
  }
}
