import type { JobQueue } from './job-queue.ts'
import type { LogStore } from './log-store.ts'
import type { WorkerRegistry } from './worker-registry.ts'
import type { WorkflowStore } from './workflow-store.ts'

/** All that a scheduler needs, on one store; `Transaction` is what its queue and its workflow store can take part in. */
export interface Backend<Transaction = never> {
  /** What the backend is called in messages, as in `memory` or `postgres`. */
  readonly name: string
  readonly queue: JobQueue<Transaction>
  readonly workflows: WorkflowStore<Transaction>
  readonly logs: LogStore
  readonly workers: WorkerRegistry

  /** Closes the queue and every store. A second call does nothing. */
  close(): Promise<void>
}
