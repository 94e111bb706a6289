import { QueueClosedError } from '@sluice/core'
import type { KeySpace } from './key-space.ts'
import type { RedisClient } from './redis-client.ts'
import type { Script, ScriptArgument } from './script.ts'
import type { ChannelListener } from './subscriber.ts'

/** What a session needs of its connection. */
interface SessionOwner {
  readonly keys: KeySpace
  call<Reply>(send: (client: RedisClient) => Promise<Reply>, bytes?: () => number): Promise<Reply>
  assertRoomBehind(calls: number, bytes: number): void
  subscribe(channel: string, listener: ChannelListener): Promise<() => void>
}

/** The share that one queue or store has in a connection. */
export class RedisSession {
  readonly keys: KeySpace
  readonly #connection: SessionOwner
  readonly #onClose: () => Promise<void>
  #closing: Promise<void> | undefined

  constructor(connection: SessionOwner, onClose: () => Promise<void>) {
    this.keys = connection.keys
    this.#connection = connection
    this.#onClose = onClose
  }

  get isClosed(): boolean {
    return this.#closing !== undefined
  }

  /** @throws {QueueClosedError} after `close`. */
  assertOpen(): void {
    if (this.#closing !== undefined) throw new QueueClosedError()
  }

  /** Runs a script, which may run twice where its reply is lost, and so must have its effect once; see `RedisConnection.call`. */
  async run<Reply>(
    script: Script<Reply>,
    keys: readonly string[],
    args: readonly ScriptArgument[] = [],
  ): Promise<Reply> {
    this.assertOpen()
    return this.#connection.call(
      (client) => script.run(client, keys, args),
      () => args.reduce<number>((sum, arg) => sum + (typeof arg === 'number' ? 8 : arg.length), 0),
    )
  }

  /** Sends commands; see `RedisConnection.call`. */
  async call<Reply>(send: (client: RedisClient) => Promise<Reply>): Promise<Reply> {
    this.assertOpen()
    return this.#connection.call(send)
  }

  /** Refuses a call while too much waits before it; see `RedisConnection.assertRoomBehind`. */
  assertRoomBehind(calls: number, bytes: number): void {
    this.#connection.assertRoomBehind(calls, bytes)
  }

  /** Hears what is published on a channel; see `RedisConnection.subscribe`. */
  async subscribe(channel: string, listener: ChannelListener): Promise<() => void> {
    this.assertOpen()
    return this.#connection.subscribe(channel, listener)
  }

  /** Ends this share. A second call does nothing. */
  close(): Promise<void> {
    this.#closing ??= this.#onClose()
    return this.#closing
  }
}
