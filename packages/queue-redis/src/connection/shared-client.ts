import { ReadyGate } from './ready-gate.ts'
import type { RedisClient } from './redis-client.ts'
import { Subscriber } from './subscriber.ts'

/**
 * What all connections over one client of ioredis have in common.
 *
 * A client may serve many namespaces, as one for each tenant: they share its listeners and one connection for subscriptions.
 */
export class SharedClient {
  static readonly #known = new WeakMap<RedisClient, SharedClient>()
  readonly client: RedisClient
  readonly gate: ReadyGate
  readonly subscriber: Subscriber
  #users = 0

  private constructor(client: RedisClient) {
    this.client = client
    this.gate = new ReadyGate(client)
    this.subscriber = new Subscriber(client)
  }

  /** Joins those who use a client; each of them leaves once. */
  static join(client: RedisClient): SharedClient {
    const shared = SharedClient.#known.get(client) ?? new SharedClient(client)
    SharedClient.#known.set(client, shared)
    shared.#users++
    return shared
  }

  /** Removes every trace from the client when nobody is left. */
  leave(): void {
    this.#users--
    if (this.#users > 0) return
    SharedClient.#known.delete(this.client)
    this.gate.close()
    this.subscriber.close()
  }
}
