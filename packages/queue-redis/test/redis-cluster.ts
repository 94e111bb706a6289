import { startProxy, startRedisCluster } from '@sluice-tooling/services'
import { Cluster } from 'ioredis'
import { afterAll } from 'vitest'

/** A cluster for the tests of one file, behind proxies that take it away and give it back. */
export interface TestCluster {
  /** Makes a client, which the test closes. */
  connect(): Cluster
  down(): Promise<void>
  up(): Promise<void>
}

/** Starts a cluster of three nodes, and ends it after the tests of the file. */
export async function testCluster(): Promise<TestCluster> {
  const { nodes, dispose } = await startRedisCluster()
  const proxies = await Promise.all(nodes.map(({ url }) => startProxy(url)))
  afterAll(async () => {
    await Promise.all(proxies.map((proxy) => proxy.dispose()))
    await dispose()
  })
  const hosts = proxies.map(({ port }) => ({ host: '127.0.0.1', port }))
  const natMap = Object.fromEntries(
    nodes.map(({ url }, index) => [new URL(url).host, hosts[index] ?? { host: '', port: 0 }]),
  )
  return {
    connect() {
      const client = new Cluster(hosts, { natMap })
      client.on('error', () => {})
      return client
    },
    down: async () => void (await Promise.all(proxies.map((proxy) => proxy.refuse()))),
    up: async () => void (await Promise.all(proxies.map((proxy) => proxy.accept()))),
  }
}
