import {
  type JobRef,
  parseAge,
  parseId,
  parseRunning,
  parseWorkerInfo,
  QueueClosedError,
  type WorkerInfo,
  WorkerNotFoundError,
  type WorkerRecord,
  type WorkerRegistry,
} from '@sluice/core'
import { type Clock, systemClock } from './clock.ts'
import type { MemoryStoreOptions } from './memory-store-options.ts'

interface StoredWorker {
  readonly info: WorkerInfo
  readonly registeredAt: number
  lastSeenAt: number
  running: readonly JobRef[]
}

/** The workers that are there, in the memory of this process. */
export class MemoryWorkerRegistry implements WorkerRegistry {
  readonly #clock: Clock
  readonly #workers = new Map<string, StoredWorker>()
  #isClosed = false

  constructor({ clock = systemClock }: MemoryStoreOptions = {}) {
    this.#clock = clock
  }

  async register(worker: WorkerInfo): Promise<void> {
    const now = this.#begin()
    const info = parseWorkerInfo(worker)
    this.#workers.set(info.workerId, { info, registeredAt: now, lastSeenAt: now, running: [] })
  }

  async heartbeat(workerId: string, running: readonly JobRef[]): Promise<void> {
    const now = this.#begin()
    parseId(workerId, 'workerId')
    const refs = parseRunning(running)
    const worker = this.#workers.get(workerId)
    if (worker === undefined) throw new WorkerNotFoundError(workerId)
    worker.lastSeenAt = now
    worker.running = refs
  }

  async deregister(workerId: string): Promise<void> {
    this.#begin()
    this.#workers.delete(parseId(workerId, 'workerId'))
  }

  async list(): Promise<readonly WorkerRecord[]> {
    const now = this.#begin()
    return [...this.#workers.keys()].sort().map((workerId) => {
      const { info, registeredAt, lastSeenAt, running } = this.#workers.get(workerId) as StoredWorker
      return {
        ...info,
        labels: [...info.labels],
        online: isOnline(info, lastSeenAt, now),
        registeredAt,
        lastSeenAt,
        running: running.map((ref) => ({ ...ref })),
      }
    })
  }

  async purge(olderThanMs: number): Promise<number> {
    const now = this.#begin()
    const before = now - parseAge(olderThanMs, 'olderThanMs')
    let removed = 0
    for (const [workerId, { info, lastSeenAt }] of this.#workers) {
      if (isOnline(info, lastSeenAt, now) || lastSeenAt >= before) continue
      this.#workers.delete(workerId)
      removed++
    }
    return removed
  }

  /** Makes every later call reject with `QueueClosedError`. */
  async close(): Promise<void> {
    this.#isClosed = true
  }

  #begin(): number {
    if (this.#isClosed) throw new QueueClosedError()
    return Math.floor(this.#clock.now())
  }
}

function isOnline({ offlineAfterMs }: WorkerInfo, lastSeenAt: number, now: number): boolean {
  return now < lastSeenAt + offlineAfterMs
}
