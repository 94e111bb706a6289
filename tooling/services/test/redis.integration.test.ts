import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { startRedis, startRedisCluster } from '../src/index.ts'

function connect(url: string): Redis {
  const client = new Redis(url)
  onTestFinished(() => client.disconnect())
  return client
}

it('crashes and comes back on its port with what it had acknowledged', async () => {
  const server = await startRedis({ durable: true })
  onTestFinished(() => server.dispose())
  const client = connect(server.url)
  await client.set('job', 'stored')
  await server.kill()
  await server.start()
  expect(await client.get('job')).toBe('stored')
})

it('comes back empty unless it is durable', async () => {
  const server = await startRedis()
  onTestFinished(() => server.dispose())
  const client = connect(server.url)
  await client.set('job', 'stored')
  await server.kill()
  await server.start()
  expect(await client.get('job')).toBeNull()
})

it('takes settings', async () => {
  const server = await startRedis({ settings: { maxmemory: '64mb', 'maxmemory-policy': 'allkeys-lru' } })
  onTestFinished(() => server.dispose())
  expect(await connect(server.url).config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'allkeys-lru'])
})

it('clusters three nodes that share all keys', async () => {
  const cluster = await startRedisCluster()
  onTestFinished(() => cluster.dispose())
  const client = new Redis.Cluster(cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })))
  onTestFinished(() => client.disconnect())
  const keys = Array.from({ length: 50 }, (_, index) => `key ${index}`)
  for (const key of keys) await client.set(key, key)
  for (const key of keys) expect(await client.get(key)).toBe(key)
  const sizes = await Promise.all(cluster.nodes.map(({ url }) => connect(url).dbsize()))
  expect(sizes.every((size) => size > 0)).toBe(true)
})
