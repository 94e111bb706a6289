import type { Backend } from '@sluice/core'
import { type Clock, systemClock } from './clock.ts'
import { SqliteJobQueue } from './sqlite-job-queue.ts'
import { SqliteLogStore } from './sqlite-log-store.ts'
import { SqliteWorkerRegistry } from './sqlite-worker-registry.ts'
import { SqliteWorkflowStore } from './sqlite-workflow-store.ts'
import { Store } from './store.ts'

/** Where a backend keeps what it holds, and by which clock. */
export interface SqliteBackendOptions {
  /** A file, which one process at a time can have open, or `:memory:`. */
  readonly path: string
  /** Defaults to the time of this process. */
  readonly clock?: Clock
}

/**
 * Opens a queue and the stores around it on one SQLite file, which it creates if there is none.
 *
 * @throws {BackendUnavailableError}
 */
export async function openSqliteBackend({ path, clock = systemClock }: SqliteBackendOptions): Promise<Backend> {
  const store = new Store(path, clock)
  const queue = new SqliteJobQueue(store)
  const logs = new SqliteLogStore(store)
  return {
    name: 'sqlite',
    queue,
    workflows: new SqliteWorkflowStore(store),
    logs,
    workers: new SqliteWorkerRegistry(store),
    async close() {
      await queue.close()
      store.close()
      logs.close()
    },
  }
}
