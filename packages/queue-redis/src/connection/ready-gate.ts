import type { PendingCall } from './pending-call.ts'
import type { RedisClient } from './redis-client.ts'
import { unavailable } from './redis-errors.ts'

interface Waiter extends PendingCall {
  readonly bytes: number
  readonly resolve: () => void
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

  /** Refuses calls that would wait behind others for the client to be connected, where those are too many already. */
  assertRoomBehind(calls: number, bytes: number): void {
    if (!this.isOpen && (calls >= MAX_WAITING_CALLS || bytes >= MAX_WAITING_BYTES)) throw unavailable(this.lastError)
  }

  /**
   * Waits until the client is connected.
   *
   * The promise rejects with `BackendUnavailableError` after `timeoutMs`, or at once where too much waits already.
   */
  wait(timeoutMs: number, bytes: number): PendingCall {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const leave = () => {
      clearTimeout(timer)
      if (this.#waiters.delete(waiter)) this.#bytes -= bytes
    }
    const abandon = (error: unknown) => {
      leave()
      reject(error)
    }
    const waiter: Waiter = {
      bytes,
      promise,
      abandon,
      resolve: () => {
        leave()
        resolve()
      },
    }
    const timer = setTimeout(() => abandon(unavailable(this.lastError)), timeoutMs)
    // A borrowed client may be lazy, or closed by its owner.
    if (this.#client.status === 'wait') void this.#client.connect().catch(this.#onError)
    if (this.#client.status === 'end' || this.#isFull(bytes)) abandon(unavailable(this.lastError))
    else {
      this.#waiters.add(waiter)
      this.#bytes += bytes
    }
    return waiter
  }

  /** Forgets the client; nobody waits any more. */
  close(): void {
    this.#client.off('ready', this.#onReady)
    this.#client.off('end', this.#onEnd)
    this.#client.off('error', this.#onError)
  }

  #isFull(bytes: number): boolean {
    return this.#waiters.size >= MAX_WAITING_CALLS || (this.#bytes > 0 && this.#bytes + bytes > MAX_WAITING_BYTES)
  }

  readonly #onError = (error: unknown) => {
    this.#lastError = error
  }

  readonly #onReady = () => {
    this.#lastError = undefined
    for (const waiter of this.#waiters) waiter.resolve()
  }

  readonly #onEnd = () => {
    for (const waiter of this.#waiters) waiter.abandon(unavailable(this.lastError))
  }
}
