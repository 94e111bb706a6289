import { randomBytes } from 'node:crypto'
import { createToken } from './lease-id.ts'

/** Names a call, so that the store knows it when it comes again because its reply was lost. */
export interface CallName {
  /** Where the store keeps the reply, until another call of this slot. */
  readonly slot: string
  readonly token: string
}

/** Gives slots to calls: as many as are made at once, so that the store remembers few replies. */
export class CallSlots {
  readonly #prefix = randomBytes(9).toString('base64url')
  readonly #free: string[] = []
  #count = 0

  /** Makes a call under a name of its own. The slot of a call that fails is not given again, for it may still arrive. */
  async use<Reply>(call: (name: CallName) => Promise<Reply>): Promise<Reply> {
    const slot = this.#free.pop() ?? `${this.#prefix}:${this.#count++}`
    const reply = await call({ slot, token: createToken() })
    this.#free.push(slot)
    return reply
  }
}
