import { type JobRef, QueueError, type WorkerInfo } from '@sluice/core'
import type { WorkerDirectory } from './worker-backend.ts'
import type { Reporter } from './worker-hooks.ts'

/** Keeps a worker's entry in the registry: registered, alive, and with what it runs. Nothing depends on it. */
export class Presence {
  readonly #registry: WorkerDirectory
  readonly #info: WorkerInfo
  readonly #running: () => readonly JobRef[]
  readonly #reporter: Reporter
  #timer: NodeJS.Timeout | undefined
  #beating: Promise<void> | null = null
  #isRegistered = false

  constructor(registry: WorkerDirectory, info: WorkerInfo, running: () => readonly JobRef[], reporter: Reporter) {
    this.#registry = registry
    this.#info = info
    this.#running = running
    this.#reporter = reporter
  }

  /** Registers the worker, and tells that it is alive at this interval. */
  start(heartbeatMs: number): void {
    this.#timer = setInterval(() => this.#beat(), heartbeatMs)
    this.#beat()
  }

  /** Takes the worker off the registry. Never rejects. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    // A heartbeat under way might register the worker again after it was taken off.
    await this.#beating
    if (this.#timer === undefined) return
    try {
      await this.#registry.deregister(this.#info.workerId)
    } catch (error) {
      if (!QueueError.is(error, 'QUEUE_CLOSED')) this.#reporter.failed('could not take itself off the registry', error)
    }
  }

  #beat(): void {
    this.#beating ??= this.#tellAlive()
      .catch((error) => {
        if (QueueError.is(error, 'QUEUE_CLOSED')) return
        this.#reporter.failed('could not tell the registry that it is alive; trying again', error)
      })
      .finally(() => {
        this.#beating = null
      })
  }

  async #tellAlive(): Promise<void> {
    const { workerId } = this.#info
    if (!this.#isRegistered) {
      await this.#registry.register(this.#info)
      this.#isRegistered = true
    }
    try {
      await this.#registry.heartbeat(workerId, this.#running())
    } catch (error) {
      if (!QueueError.is(error, 'WORKER_NOT_FOUND')) throw error
      await this.#registry.register(this.#info)
      await this.#registry.heartbeat(workerId, this.#running())
    }
  }
}
