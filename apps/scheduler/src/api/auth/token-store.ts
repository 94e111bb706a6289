import type { Caller } from './caller.ts'

/** Who knows the tokens. */
export interface TokenStore {
  /** Tells whose token it is; `null` for one that is unknown or has run out. */
  find(token: string): Promise<Caller | null>
  /** Tells whether there is no token at all. */
  isEmpty(): Promise<boolean>
}
