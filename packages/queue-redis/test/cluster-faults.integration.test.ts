import { startRedisCluster } from '@sluice-tooling/services'
import { Cluster } from 'ioredis'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { createRedisBackend } from '../src/index.ts'
import { sampleRun } from './workflow-store/sample-runs.ts'

const cluster = await startRedisCluster({ durable: true })
afterAll(() => cluster.dispose())

const WORKER = { workerId: 'w1', labels: [], leaseTtlMs: 60_000 }

describe('a backend in a cluster', () => {
  it('tells in time that its node is down, and goes on when it is back', { timeout: 60_000 }, async () => {
    const connection = new Cluster(cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })))
    connection.on('error', () => {})
    onTestFinished(() => connection.disconnect())
    const options = { connection, namespace: 'faults', requestTimeoutMs: 1500, warn: () => {} }
    const { queue, workflows, close } = await createRedisBackend(options)
    onTestFinished(close)
    await workflows.createRun(sampleRun('run', 10))
    const slot = await connection.cluster('KEYSLOT', 'sluice:{faults}:run:run')
    const owner = cluster.nodes[Math.floor((slot * cluster.nodes.length) / 16_384)]

    await owner?.kill()
    const startedAt = performance.now()
    await expect(workflows.getRun('run')).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      cause: expect.any(Error),
    })
    expect(performance.now() - startedAt).toBeLessThan(3000)

    await owner?.start()
    await expect.poll(() => workflows.getRun('run').catch(() => null), { timeout: 20_000 }).not.toBeNull()
    expect(await workflows.commitRun('run', 1, { status: 'failed' })).toBe(2)
    const waiting = queue.claim({ ...WORKER, waitMs: 20_000 })
    await queue.enqueue({ workflowId: 'run', jobId: 'a', command: 'make' })
    expect((await waiting)?.job.jobId).toBe('a')
  })
})
