import type { Clock } from './clock.ts'

/** How a store in memory differs from the default. */
export interface MemoryStoreOptions {
  /** Where the time comes from. Defaults to the time of this process. */
  readonly clock?: Clock
}
