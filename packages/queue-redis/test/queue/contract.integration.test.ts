import { queueContract } from '@sluice/core/contract'
import { startProxy, testRedis } from '@sluice-tooling/services'
import { afterAll, describe, it } from 'vitest'
import { RedisJobQueue } from '../../src/queue/redis-job-queue.ts'
import { testNamespace } from '../redis-server.ts'
import { CONTRACT_TIMEOUT_MS } from './queue-timeout.ts'

const proxy = await startProxy((await testRedis()).url)
afterAll(() => proxy.dispose())

queueContract(
  { describe, it: (title, body) => it(title, { timeout: CONTRACT_TIMEOUT_MS }, body) },
  {
    name: 'redis',
    faults: { down: () => proxy.refuse(), up: () => proxy.accept() },
    async open() {
      const { options, dispose } = await testNamespace()
      const openHandle = async () => {
        const queue = await RedisJobQueue.open({ ...options, url: proxy.url, requestTimeoutMs: 2000 })
        return { queue, close: () => queue.close() }
      }
      return { ...(await openHandle()), peer: openHandle, dispose }
    },
  },
)
