import { logStoreContract } from '@sluice/core/contract'
import { describe, it } from 'vitest'
import { RedisLogStore } from '../../src/log-store/redis-log-store.ts'
import { testNamespace } from '../redis-server.ts'

const timeout = 60_000

logStoreContract(
  { describe, it: (title, body) => it(title, { timeout }, body) },
  {
    name: 'redis',
    faults: null,
    async open() {
      const { options, dispose } = await testNamespace()
      const openHandle = async () => {
        const logs = await RedisLogStore.open({ ...options, maxLogBytesPerJob: 1024 * 1024 })
        return { logs, close: () => logs.close() }
      }
      return { ...(await openHandle()), peer: openHandle, dispose }
    },
  },
)
