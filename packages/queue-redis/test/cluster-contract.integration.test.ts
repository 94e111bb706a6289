import { randomUUID } from 'node:crypto'
import { backendContract } from '@sluice/core/contract'
import { describe, it } from 'vitest'
import { createRedisBackend } from '../src/index.ts'
import { testCluster } from './redis-cluster.ts'

// The suite waits for real time, and longer where its model is driven harder.
const timeout = process.env.SLUICE_MODEL ? 3_600_000 : 60_000
const cluster = await testCluster()

backendContract(
  { describe, it: (title, body) => it(title, { timeout }, body) },
  {
    name: 'redis cluster',
    faults: cluster,
    async open() {
      const options = { namespace: randomUUID(), requestTimeoutMs: 2000, warn: () => {} }
      const openHandle = async () => {
        const connection = cluster.connect()
        const backend = await createRedisBackend({ ...options, connection, maxLogBytesPerJob: 1024 * 1024 })
        const close = async () => {
          await backend.close()
          connection.disconnect()
        }
        return { backend, close }
      }
      return { ...(await openHandle()), peer: openHandle }
    },
  },
)
