import type { JobQueue } from './job-queue.ts'
import type { LogStore } from './log-store.ts'
import type { WorkerRegistry } from './worker-registry.ts'
import type { WorkflowStore } from './workflow-store.ts'

/** All that a scheduler needs, on one store. */
export interface Backend {
  /** What the backend is called in messages, as in `memory` or `postgres`. */
  readonly name: string
  readonly queue: JobQueue
  readonly workflows: WorkflowStore
  readonly logs: LogStore
  readonly workers: WorkerRegistry

  /** Closes the queue and every store. A second call does nothing. */
  close(): Promise<void>
}
