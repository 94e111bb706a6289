import { QueueClosedError } from '@sluice/core'
import {
  parseConnectionOptions,
  type RedisConnectionOptions,
  type ValidConnectionOptions,
} from './connection-options.ts'
import type { KeySpace } from './key-space.ts'
import type { PendingCall } from './pending-call.ts'
import type { RedisClient } from './redis-client.ts'
import { isTransient, translateError, unavailable } from './redis-errors.ts'
import { RedisSession } from './redis-session.ts'
import { checkServer } from './server-check.ts'
import { SharedClient } from './shared-client.ts'
import type { ChannelListener } from './subscriber.ts'

const DRAIN_TIMEOUT_MS = 1000
const RETRY_DELAY_MS = 50
const MAX_RETRY_DELAY_MS = 500

/**
 * One client of ioredis, shared by a queue and the stores beside it.
 *
 * The queue and each store hold it by a session of their own; when the last is closed, so are the connections that were opened here.
 */
export class RedisConnection {
  readonly keys: KeySpace
  readonly #options: ValidConnectionOptions
  readonly #shared: SharedClient
  readonly #pending = new Set<PendingCall>()
  readonly #unsubscribes = new Set<() => void>()
  #sessions = 0
  #isClosed = false

  private constructor(options: ValidConnectionOptions) {
    this.keys = options.keys
    this.#options = options
    this.#shared = SharedClient.join(options.client)
  }

  /**
   * Connects, and checks that the server is one to work with.
   *
   * @throws {ValidationError} for a bad option, or a server older than Redis 6.2.
   * @throws {BackendUnavailableError}
   */
  static async open(options: RedisConnectionOptions = {}): Promise<RedisConnection> {
    const connection = new RedisConnection(parseConnectionOptions(options))
    try {
      await connection.call((client) => checkServer(client, connection.#options.warn))
    } catch (error) {
      await connection.close()
      throw error
    }
    return connection
  }

  /** Connects, and makes what uses the connection; where that fails, nothing stays open. */
  static async openFor<Subject>(
    options: RedisConnectionOptions,
    create: (connection: RedisConnection) => Subject,
  ): Promise<Subject> {
    const connection = await RedisConnection.open(options)
    try {
      return create(connection)
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  /** Opens a handle for one queue or store. */
  session(): RedisSession {
    this.#sessions++
    return new RedisSession(this, async () => {
      this.#sessions--
      if (this.#sessions === 0) await this.close()
    })
  }

  /**
   * Sends commands once the client is connected, and again while their replies are lost, or are refusals for a reason that passes.
   *
   * They may come twice, so they must have their effect once.
   *
   * @param bytes Measures what is held in memory while the call waits for a connection.
   * @throws {BackendUnavailableError} within `requestTimeoutMs`. What was sent may still take effect.
   * @throws {CapacityExceededError} when Redis is full.
   */
  async call<Reply>(send: (client: RedisClient) => Promise<Reply>, bytes: () => number = () => 0): Promise<Reply> {
    const deadline = performance.now() + this.#options.requestTimeoutMs
    for (let retries = 0; ; retries++) {
      if (this.#isClosed) throw new QueueClosedError()
      if (!this.#shared.gate.isOpen) await this.#untilReady(deadline, bytes())
      try {
        return await this.#withDeadline(send(this.#options.client), deadline)
      } catch (error) {
        const delayMs = Math.min(RETRY_DELAY_MS * 2 ** retries, MAX_RETRY_DELAY_MS)
        if (!isTransient(error) || performance.now() + delayMs >= deadline) throw translateError(error)
        await new Promise((resolve) => setTimeout(resolve, delayMs))
      }
    }
  }

  /**
   * Refuses calls that wait to be sent behind as many others, while there is no connection to send them.
   *
   * @throws {BackendUnavailableError}
   */
  assertRoomBehind(calls: number, bytes: number): void {
    this.#shared.gate.assertRoomBehind(calls, bytes)
  }

  /** Hears what is published on a channel, from when this resolves until the function that it resolves with is called. */
  async subscribe(channel: string, listener: ChannelListener): Promise<() => void> {
    const unsubscribe = await this.#shared.subscriber.subscribe(channel, listener, this.#options.requestTimeoutMs)
    const end = () => {
      this.#unsubscribes.delete(end)
      unsubscribe()
    }
    this.#unsubscribes.add(end)
    if (this.#isClosed) end()
    return end
  }

  /** Ends every subscription, and closes the client unless it was borrowed. */
  async close(): Promise<void> {
    const { client, isOwned } = this.#options
    if (isOwned) client.on('error', () => {})
    this.#isClosed = true
    for (const unsubscribe of this.#unsubscribes) unsubscribe()
    // What was sent before is answered before; a server that does not answer is left.
    if (client.status === 'ready') await this.#drain()
    for (const call of this.#pending) call.abandon(new QueueClosedError())
    this.#shared.leave()
    if (isOwned) client.disconnect()
  }

  async #untilReady(deadline: number, bytes: number): Promise<void> {
    const waiting = this.#shared.gate.wait(deadline - performance.now(), bytes)
    this.#pending.add(waiting)
    try {
      await waiting.promise
    } finally {
      this.#pending.delete(waiting)
    }
  }

  async #drain(): Promise<void> {
    const { promise: timeout, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, DRAIN_TIMEOUT_MS)
    await Promise.race([timeout, Promise.allSettled([...this.#pending].map(({ promise }) => promise))])
    clearTimeout(timer)
  }

  #withDeadline<Reply>(reply: Promise<Reply>, deadline: number): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    const timer = setTimeout(() => abandon(unavailable(this.#timeoutError())), deadline - performance.now())
    const abandon = (error: unknown) => {
      clearTimeout(timer)
      this.#pending.delete(call)
      reject(error)
    }
    const call: PendingCall = { promise, abandon }
    this.#pending.add(call)
    reply.then((value) => {
      clearTimeout(timer)
      this.#pending.delete(call)
      resolve(value)
    }, abandon)
    return promise
  }

  #timeoutError(): unknown {
    if (!this.#shared.gate.isOpen) return this.#shared.gate.lastError
    return new Error(`Redis did not answer within ${this.#options.requestTimeoutMs} ms`)
  }
}
