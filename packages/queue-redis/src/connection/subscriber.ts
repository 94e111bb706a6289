import { QueueClosedError } from '@sluice/core'
import type { Redis } from 'ioredis'
import { isCluster, type RedisClient } from './redis-client.ts'
import { unavailable } from './redis-errors.ts'

/** Who listens to a channel. */
export interface ChannelListener {
  onMessage(message: string): void
  /** The connection was lost and is back: what was published in between was missed. */
  onReconnect?(): void
}

interface Channel {
  readonly listeners: Set<ChannelListener>
  /** Called when the channel is live, or can no longer be. */
  waiting: { resolve(): void; reject(error: Error): void }[]
  isLive: boolean
  /** It was live on an earlier connection. */
  wasLive: boolean
}

const RECONNECT_DELAY_MS = 50
const MAX_RECONNECT_DELAY_MS = 2000
/** How often a silent connection is asked whether it is alive, and how long it may take to say so. */
const PING_INTERVAL_MS = 5000

/** The one pub/sub connection of a client. It opens with the first subscription, and mends itself. */
export class Subscriber {
  readonly #client: RedisClient
  readonly #channels = new Map<string, Channel>()
  #connection: Redis | null = null
  #timer: NodeJS.Timeout | undefined
  #failures = 0
  #lastError: unknown
  #isClosed = false

  constructor(client: RedisClient) {
    this.#client = client
  }

  /**
   * Resolves when the channel is heard, with the function that ends it.
   *
   * @throws {BackendUnavailableError} within `timeoutMs`.
   */
  async subscribe(name: string, listener: ChannelListener, timeoutMs: number): Promise<() => void> {
    if (this.#isClosed) throw new QueueClosedError()
    const channel = this.#channels.get(name) ?? { listeners: new Set(), waiting: [], isLive: false, wasLive: false }
    this.#channels.set(name, channel)
    channel.listeners.add(listener)
    const unsubscribe = () => this.#unsubscribe(name, channel, listener)
    if (channel.isLive) return unsubscribe
    try {
      await this.#live(name, channel, timeoutMs)
    } catch (error) {
      unsubscribe()
      throw error
    }
    return unsubscribe
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#connection?.disconnect()
    this.#connection = null
    for (const { waiting } of this.#channels.values()) {
      for (const { reject } of waiting.splice(0)) reject(new QueueClosedError())
    }
    this.#channels.clear()
  }

  #live(name: string, channel: Channel, timeoutMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => reject(unavailable(this.#lastError)), timeoutMs)
    channel.waiting.push({ resolve, reject })
    if (this.#connection) this.#listen(this.#connection, [name])
    else if (this.#timer === undefined) void this.#connect()
    return promise.finally(() => clearTimeout(timer))
  }

  #unsubscribe(name: string, channel: Channel, listener: ChannelListener): void {
    channel.listeners.delete(listener)
    if (channel.listeners.size > 0 || this.#channels.get(name) !== channel) return
    this.#channels.delete(name)
    if (channel.isLive) void this.#connection?.unsubscribe(name).catch(() => {})
  }

  async #connect(): Promise<void> {
    this.#timer = undefined
    const connection = this.#open()
    if (connection === null) return this.#reconnectLater()
    this.#connection = connection
    connection.on('error', (error) => {
      this.#lastError = error
    })
    connection.on('message', (name: string, message: string) => {
      for (const listener of this.#channels.get(name)?.listeners ?? []) listener.onMessage(message)
    })
    connection.on('end', () => this.#onEnd(connection))
    await connection.connect().catch(() => {})
    if (connection.status === 'ready') this.#listen(connection, [...this.#channels.keys()])
  }

  /** A connection that ends when it is lost, for the next one to choose a node that is there. */
  #open(): Redis | null {
    const options = { retryStrategy: null, lazyConnect: true, autoResubscribe: false, enableAutoPipelining: false }
    if (!isCluster(this.#client)) return this.#client.duplicate(options)
    const nodes = this.#client.nodes('all')
    const node = nodes[Math.floor(Math.random() * nodes.length)]
    return node?.duplicate({ ...options, readOnly: false }) ?? null
  }

  #listen(connection: Redis, names: readonly string[]): void {
    if (connection.status !== 'ready') return
    const channels = names.map((name) => this.#channels.get(name))
    const subscribed = names.length === 0 ? Promise.resolve() : connection.subscribe(...names)
    subscribed.then(
      () => this.#onLive(connection, channels),
      (error) => {
        this.#lastError = error
        connection.disconnect()
      },
    )
  }

  #onLive(connection: Redis, channels: readonly (Channel | undefined)[]): void {
    if (this.#connection !== connection) return
    this.#failures = 0
    this.#pingLater(connection)
    for (const channel of channels) {
      if (channel === undefined || channel.isLive) continue
      channel.isLive = true
      if (channel.wasLive) for (const listener of [...channel.listeners]) listener.onReconnect?.()
      channel.wasLive = true
      for (const { resolve } of channel.waiting.splice(0)) resolve()
    }
  }

  #onEnd(connection: Redis): void {
    if (this.#connection !== connection) return
    this.#connection = null
    for (const channel of this.#channels.values()) channel.isLive = false
    if (!this.#isClosed) this.#reconnectLater()
  }

  #reconnectLater(): void {
    const delayMs = Math.min(RECONNECT_DELAY_MS * 2 ** this.#failures++, MAX_RECONNECT_DELAY_MS)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#connect(), delayMs)
  }

  /** A connection that died without a word would stay silent for as long as TCP keeps it. */
  #pingLater(connection: Redis): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(() => connection.disconnect(), PING_INTERVAL_MS)
      connection.ping().then(
        () => this.#connection === connection && this.#pingLater(connection),
        () => connection.disconnect(),
      )
    }, PING_INTERVAL_MS)
  }
}
