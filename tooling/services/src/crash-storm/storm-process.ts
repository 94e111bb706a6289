import { setTimeout as sleep } from 'node:timers/promises'
import type { Backend, JsonValue } from '@sluice/core'
import { QueueError } from '@sluice/core'

/** Opens a backend from what can be handed to another process. */
export interface BackendModule {
  openBackend(argument: JsonValue): Promise<Backend>
}

/** Which backend a process of a storm opens. */
export interface BackendSource {
  /** The URL of a {@link BackendModule}. */
  readonly module: string
  readonly argument: JsonValue
}

/** What a worker or a reaper is started with, as JSON. */
export interface ProcessOrders extends BackendSource {
  readonly name: string
  readonly labels: readonly string[]
  readonly leaseTtlMs: number
  readonly seed: number
  readonly journalPath: string
}

const retryMs = 50

/** Opens the backend that a module makes. */
export async function openFrom({ module, argument }: BackendSource): Promise<Backend> {
  const { openBackend }: BackendModule = await import(module)
  return untilAnswered(() => openBackend(argument))
}

/** Repeats a call until the store has answered it. */
export async function untilAnswered<Value>(call: () => Promise<Value>, onRepeat = () => {}): Promise<Value> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!QueueError.is(error, 'BACKEND_UNAVAILABLE')) throw error
      onRepeat()
      await sleep(retryMs)
    }
  }
}
