import { workerRegistryContract } from '@sluice/core/contract'
import { describe, it } from 'vitest'
import { RedisWorkerRegistry } from '../../src/worker-registry/redis-worker-registry.ts'
import { testNamespace } from '../redis-server.ts'

const timeout = 60_000

workerRegistryContract(
  { describe, it: (title, body) => it(title, { timeout }, body) },
  {
    name: 'redis',
    faults: null,
    async open() {
      const { options, dispose } = await testNamespace()
      const openHandle = async () => {
        const workers = await RedisWorkerRegistry.open(options)
        return { workers, close: () => workers.close() }
      }
      return { ...(await openHandle()), peer: openHandle, dispose }
    },
  },
)
