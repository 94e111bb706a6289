import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { type PrivateRedis, type RedisOptions, startRedis } from './start-redis.ts'

/** A cluster of three nodes that share the slots, without replicas. */
export interface PrivateRedisCluster {
  readonly nodes: readonly PrivateRedis[]
  dispose(): Promise<void>
}

const nodeCount = 3
const slotCount = 16_384
const pollMs = 20

/** Starts a Redis Cluster that nobody else uses, and that does not outlive this process. */
export async function startRedisCluster(options: RedisOptions = {}): Promise<PrivateRedisCluster> {
  const settings = { ...options.settings, 'cluster-enabled': 'yes', 'cluster-node-timeout': 2_000 }
  const nodes = await Promise.all(Array.from({ length: nodeCount }, () => startRedis({ ...options, settings })))
  const clients = nodes.map(({ url }) => new Redis(url))
  try {
    await join(clients, nodes)
  } finally {
    for (const client of clients) client.disconnect()
  }
  return {
    nodes,
    async dispose() {
      await Promise.all(nodes.map((node) => node.dispose()))
    },
  }
}

async function join(clients: readonly Redis[], nodes: readonly PrivateRedis[]): Promise<void> {
  const firstSlot = (index: number) => Math.floor((index * slotCount) / nodeCount)
  for (const [index, client] of clients.entries()) {
    await client.cluster('SET-CONFIG-EPOCH', index + 1)
    await client.call('CLUSTER', 'ADDSLOTSRANGE', firstSlot(index), firstSlot(index + 1) - 1)
    for (const { port } of nodes.slice(0, index)) await client.cluster('MEET', '127.0.0.1', port)
  }
  for (const client of clients) {
    const isWhole = async () => {
      const info = String(await client.cluster('INFO'))
      return info.includes('cluster_state:ok') && info.includes(`cluster_size:${nodeCount}`)
    }
    while (!(await isWhole())) await sleep(pollMs)
  }
}
