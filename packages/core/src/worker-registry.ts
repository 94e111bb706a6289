import type { JobRef } from './job.ts'

/** What a worker tells of itself. */
export interface WorkerInfo {
  readonly workerId: string
  readonly labels: readonly string[]
  /** Jobs that it runs at once, at the most. */
  readonly concurrency: number
  /** The worker is shown as offline when it was not heard from for so long, 1 ms to 24 h. */
  readonly offlineAfterMs: number
  readonly host?: string
  readonly pid?: number
}

/** What the registry knows of a worker. Times are milliseconds since the epoch on the store's clock. */
export interface WorkerRecord extends WorkerInfo {
  readonly online: boolean
  readonly registeredAt: number
  readonly lastSeenAt: number
  /** What it said it runs, at its last heartbeat. */
  readonly running: readonly JobRef[]
}

/**
 * The workers that are there. It informs people and `explain`; no lease depends on it.
 *
 * Every rejection is a `QueueError`; `BackendUnavailableError` and `QueueClosedError` are common to all methods.
 */
export interface WorkerRegistry {
  /**
   * Adds a worker, or replaces what is known of the one with this id.
   *
   * @throws {ValidationError}
   */
  register(worker: WorkerInfo): Promise<void>

  /**
   * Notes that a worker is alive, and what it runs.
   *
   * @throws {WorkerNotFoundError} if it is not registered.
   */
  heartbeat(workerId: string, running: readonly JobRef[]): Promise<void>

  /** Removes a worker; does nothing if it is not registered. */
  deregister(workerId: string): Promise<void>

  /** Lists the workers by id, those not heard from in time as offline. */
  list(): Promise<readonly WorkerRecord[]>

  /** Removes the offline workers that were last heard from more than `olderThanMs` ago, and returns how many. */
  purge(olderThanMs: number): Promise<number>
}
