import type { Backend } from '@sluice/core'
import { RedisJobQueue } from '../../src/queue/redis-job-queue.ts'

/** Opens what the processes of a crash storm need. */
export async function openBackend(argument: { readonly url: string; readonly namespace: string }): Promise<Backend> {
  const queue = await RedisJobQueue.open({ ...argument, requestTimeoutMs: 3000, pollIntervalMs: 1000, warn: () => {} })
  return { name: 'redis', queue, close: () => queue.close() } as Partial<Backend> as Backend
}
