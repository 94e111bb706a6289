import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PrivateRedis, startRedis } from '@sluice-tooling/services'
import { Redis } from 'ioredis'
import { afterAll } from 'vitest'

/** A primary with a replica, and a sentinel that makes the replica a primary when the first is gone. */
export interface TestSentinel {
  readonly primary: PrivateRedis
  readonly sentinels: { host: string; port: number }[]
  readonly name: string
}

/** Starts all three, and ends them after the tests of the file. */
export async function testSentinel(): Promise<TestSentinel> {
  const [primary, replica] = await Promise.all([startRedis(), startRedis()])
  const folder = await mkdtemp(join(tmpdir(), 'sluice-sentinel-'))
  const port = await freePort()
  const file = join(folder, 'sentinel.conf')
  await writeFile(file, sentinelSettings(port, primary.port, folder))
  const child = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' })
  afterAll(async () => {
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    await Promise.all([primary.dispose(), replica.dispose()])
    await rm(folder, { recursive: true })
  })
  await replicate(primary, replica)
  await untilSentinelKnowsReplica(port)
  return { primary, sentinels: [{ host: '127.0.0.1', port }], name: 'jobs' }
}

function sentinelSettings(port: number, primaryPort: number, folder: string): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor jobs 127.0.0.1 ${primaryPort} 1`,
    'sentinel down-after-milliseconds jobs 500',
    'sentinel failover-timeout jobs 3000',
    '',
  ].join('\n')
}

async function replicate(primary: PrivateRedis, replica: PrivateRedis): Promise<void> {
  const client = new Redis(replica.url)
  await client.replicaof('127.0.0.1', primary.port)
  while (!(await client.info('replication')).includes('master_link_status:up')) await pause()
  client.disconnect()
}

async function untilSentinelKnowsReplica(port: number): Promise<void> {
  const client = new Redis(port, '127.0.0.1', { enableReadyCheck: false })
  client.on('error', () => {})
  const replicas = () => client.call('SENTINEL', 'REPLICAS', 'jobs').catch(() => [])
  while (((await replicas()) as unknown[]).length === 0) await pause()
  client.disconnect()
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50))
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}
