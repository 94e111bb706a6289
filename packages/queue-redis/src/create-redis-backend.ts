import type { Backend } from '@sluice/core'
import type { RedisConnectionOptions } from './connection/connection-options.ts'
import { RedisConnection } from './connection/redis-connection.ts'
import { RedisLogStore, type RedisLogStoreOptions } from './log-store/redis-log-store.ts'
import { RedisJobQueue, type RedisJobQueueOptions } from './queue/redis-job-queue.ts'
import { RedisWorkerRegistry } from './worker-registry/redis-worker-registry.ts'
import { RedisWorkflowStore } from './workflow-store/redis-workflow-store.ts'

/** Where Redis is, and how the backend differs from the default. */
export type RedisBackendOptions = RedisConnectionOptions & RedisJobQueueOptions & RedisLogStoreOptions

/**
 * Opens a queue and the stores around it in one namespace of a Redis, over one connection and one for subscriptions.
 *
 * @throws {ValidationError} for a bad option, or a server older than Redis 6.2.
 * @throws {BackendUnavailableError}
 */
export async function createRedisBackend(options: RedisBackendOptions = {}): Promise<Backend> {
  return RedisConnection.openFor(options, (connection) => {
    const queue = new RedisJobQueue(connection, options)
    const workflows = new RedisWorkflowStore(connection)
    const logs = new RedisLogStore(connection, options)
    const workers = new RedisWorkerRegistry(connection)
    return {
      name: 'redis',
      queue,
      workflows,
      logs,
      workers,
      close: async () => {
        await Promise.all([queue.close(), workflows.close(), logs.close(), workers.close()])
      },
    }
  })
}
