import type { Caller } from './auth/caller.ts'

/** What the handlers of a request know besides the request. */
export interface ApiEnv {
  Variables: { caller: Caller; requestId: string }
}
