import { queueContract } from '@sluice/core/contract'
import { startProxy, testRedis } from '@sluice-tooling/services'
import { describe, it } from 'vitest'
import { RedisJobQueue } from '../../src/queue/redis-job-queue.ts'
import { testNamespace } from '../redis-server.ts'

const timeout = 60_000
const proxy = await startProxy((await testRedis()).url)

queueContract(
  { describe, it: (title, body) => it(title, { timeout }, body) },
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
