import { createHash } from 'node:crypto'
import type { RedisClient } from './redis-client.ts'

/** What a script takes beside its keys. */
export type ScriptArgument = string | number | Buffer

/** A Lua script: its text, and how to read its reply. */
export class Script<Reply> {
  /** Names the script in messages. */
  readonly name: string
  readonly text: string
  readonly sha: string
  readonly #parse: (reply: unknown) => Reply

  /** @param parse Reads the reply; the default takes it as it is. */
  constructor(name: string, text: string, parse: (reply: unknown) => Reply = (reply) => reply as Reply) {
    this.name = name
    this.text = text
    this.sha = createHash('sha1').update(text).digest('hex')
    this.#parse = parse
  }

  /** Runs by hash, and sends the text only to a server that does not have it: a new one, a flushed one, or a replica that took over. */
  async run(client: RedisClient, keys: readonly string[], args: readonly ScriptArgument[]): Promise<Reply> {
    return this.#parse(await this.#evaluate(client, keys, args))
  }

  async #evaluate(client: RedisClient, keys: readonly string[], args: readonly ScriptArgument[]): Promise<unknown> {
    try {
      return await client.evalsha(this.sha, keys.length, ...keys, ...args)
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return client.eval(this.text, keys.length, ...keys, ...args)
    }
  }
}
