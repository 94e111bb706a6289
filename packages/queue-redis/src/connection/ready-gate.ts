import { QueueClosedError } from '@sluice/core'
import type { RedisClient } from './redis-client.ts'
import { unavailable } from './redis-errors.ts'

interface Waiter {
  readonly bytes: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

const MAX_WAITING_CALLS = 10_000
const MAX_WAITING_BYTES = 64 * 1024 * 1024

/**
 * Holds calls back while the client is not connected, each for a bounded time, and a bounded amount of them.
 *
 * They never enter the offline queue of ioredis, where a call that was given up would still take effect hours later.
 */
export class ReadyGate {
  readonly #client: RedisClient
  readonly #waiters = new Set<Waiter>()
  #bytes = 0
  #lastError: unknown
  #isClosed = false

  constructor(client: RedisClient) {
    this.#client = client
    client.on('error', this.#onError)
    client.on('ready', this.#onReady)
    client.on('end', this.#onEnd)
  }

  get isOpen(): boolean {
    return this.#client.status === 'ready'
  }

  /** The latest error of the connection, to tell why a call failed. */
  get lastError(): unknown {
    return this.#lastError ?? new Error(`the connection to Redis is not ready: ${this.#client.status}`)
  }

  /**
   * Resolves once the client is connected.
   *
   * @throws {BackendUnavailableError} after `timeoutMs`, or at once where too much waits already.
   */
  wait(timeoutMs: number, bytes: number): Promise<void> {
    if (this.#isClosed) return Promise.reject(new QueueClosedError())
    if (this.isOpen) return Promise.resolve()
    // A borrowed client may be lazy, or closed by its owner.
    if (this.#client.status === 'wait') void this.#client.connect().catch(this.#onError)
    if (this.#client.status === 'end' || this.#isFull(bytes)) return Promise.reject(unavailable(this.lastError))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#leave(waiter, () => reject(unavailable(this.lastError))), timeoutMs)
      const waiter: Waiter = { bytes, resolve, reject, timer }
      this.#waiters.add(waiter)
      this.#bytes += bytes
    })
  }

  /** Rejects who waits, and forgets the client. */
  close(): void {
    this.#isClosed = true
    this.#client.off('ready', this.#onReady)
    this.#client.off('end', this.#onEnd)
    this.#client.off('error', this.#onError)
    for (const waiter of this.#waiters) this.#leave(waiter, () => waiter.reject(new QueueClosedError()))
  }

  #isFull(bytes: number): boolean {
    return this.#waiters.size >= MAX_WAITING_CALLS || (this.#bytes > 0 && this.#bytes + bytes > MAX_WAITING_BYTES)
  }

  #leave(waiter: Waiter, settle: () => void): void {
    clearTimeout(waiter.timer)
    this.#waiters.delete(waiter)
    this.#bytes -= waiter.bytes
    settle()
  }

  readonly #onError = (error: unknown) => {
    this.#lastError = error
  }

  readonly #onReady = () => {
    this.#lastError = undefined
    for (const waiter of this.#waiters) this.#leave(waiter, waiter.resolve)
  }

  readonly #onEnd = () => {
    for (const waiter of this.#waiters) this.#leave(waiter, () => waiter.reject(unavailable(this.lastError)))
  }
}
