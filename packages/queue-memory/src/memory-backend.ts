import type { Backend } from '@sluice/core'
import { InMemoryJobQueue, type InMemoryJobQueueOptions } from './in-memory-job-queue.ts'
import { MemoryLogStore, type MemoryLogStoreOptions } from './memory-log-store.ts'
import { MemoryWorkerRegistry } from './memory-worker-registry.ts'
import { MemoryWorkflowStore } from './memory-workflow-store.ts'

/** How a memory backend differs from the default. */
export type MemoryBackendOptions = InMemoryJobQueueOptions & MemoryLogStoreOptions

/**
 * Opens a queue and the stores around it, all in the memory of this process; what they hold is lost when the process ends.
 *
 * @throws {ValidationError}
 */
export function createMemoryBackend(options: MemoryBackendOptions = {}): Backend {
  const queue = new InMemoryJobQueue(options)
  const workflows = new MemoryWorkflowStore(options)
  const logs = new MemoryLogStore(options)
  const workers = new MemoryWorkerRegistry(options)
  return {
    name: 'memory',
    queue,
    workflows,
    logs,
    workers,
    close: async () => {
      await Promise.all([queue.close(), workflows.close(), logs.close(), workers.close()])
    },
  }
}
