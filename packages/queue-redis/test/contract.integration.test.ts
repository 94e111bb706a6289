import { backendContract } from '@sluice/core/contract'
import { startProxy, testRedis } from '@sluice-tooling/services'
import { afterAll, describe, it } from 'vitest'
import { createRedisBackend } from '../src/index.ts'
import { testNamespace } from './redis-server.ts'

// The suite waits for real time, and longer where its model is driven harder.
const timeout = process.env.SLUICE_MODEL ? 3_600_000 : 60_000
const proxy = await startProxy((await testRedis()).url)
afterAll(() => proxy.dispose())

backendContract(
  { describe, it: (title, body) => it(title, { timeout }, body) },
  {
    name: 'redis',
    faults: { down: () => proxy.refuse(), up: () => proxy.accept() },
    async open() {
      const { options, dispose } = await testNamespace()
      const openHandle = async () => {
        const maxLogBytesPerJob = 1024 * 1024
        const backend = await createRedisBackend({
          ...options,
          url: proxy.url,
          requestTimeoutMs: 2000,
          maxLogBytesPerJob,
        })
        return { backend, close: () => backend.close() }
      }
      return { ...(await openHandle()), peer: openHandle, dispose }
    },
  },
)
