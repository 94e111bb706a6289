import type { Role } from './role.ts'

/** Who sent a request. */
export interface Caller {
  /** The name of the token; also what limits count by. */
  readonly name: string
  readonly roles: readonly Role[]
}

/** Anybody, where the server has no tokens and only this machine can reach it. */
export const LOCAL_CALLER: Caller = { name: 'local', roles: ['admin'] }
