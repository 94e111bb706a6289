import { randomUUID } from 'node:crypto'
import { queueContract } from '@sluice/core/contract'
import { startProxy, startRedisCluster } from '@sluice-tooling/services'
import { Cluster } from 'ioredis'
import { afterAll, describe, it } from 'vitest'
import { RedisJobQueue } from '../../src/queue/redis-job-queue.ts'
import { CONTRACT_TIMEOUT_MS } from './queue-timeout.ts'

const cluster = await startRedisCluster()
const proxies = await Promise.all(cluster.nodes.map(({ url }) => startProxy(url)))
const natMap = Object.fromEntries(
  cluster.nodes.map(({ url }, index) => [new URL(url).host, { host: '127.0.0.1', port: proxies[index]?.port ?? 0 }]),
)
const startupNodes = proxies.map(({ port }) => ({ host: '127.0.0.1', port }))

afterAll(async () => {
  await Promise.all(proxies.map((proxy) => proxy.dispose()))
  await cluster.dispose()
})

queueContract(
  { describe, it: (title, body) => it(title, { timeout: CONTRACT_TIMEOUT_MS }, body) },
  {
    name: 'redis cluster',
    faults: {
      down: async () => void (await Promise.all(proxies.map((proxy) => proxy.refuse()))),
      up: async () => void (await Promise.all(proxies.map((proxy) => proxy.accept()))),
    },
    async open() {
      const namespace = randomUUID()
      const openHandle = async () => {
        const connection = new Cluster(startupNodes, { natMap })
        connection.on('error', () => {})
        const queue = await RedisJobQueue.open({ connection, namespace, requestTimeoutMs: 2000, warn: () => {} })
        const close = async () => {
          await queue.close()
          connection.disconnect()
        }
        return { queue, close }
      }
      return { ...(await openHandle()), peer: openHandle }
    },
  },
)
