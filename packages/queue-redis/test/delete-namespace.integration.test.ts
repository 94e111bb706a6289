import { describe, expect, it, onTestFinished } from 'vitest'
import { createRedisBackend, type DeleteNamespaceOptions, deleteNamespace } from '../src/index.ts'
import { testServer } from './private-redis.ts'
import { testCluster } from './redis-cluster.ts'
import { sampleRun } from './workflow-store/sample-runs.ts'

const server = await testServer()
const cluster = await testCluster()

const CLAIM = { workerId: 'w1', labels: ['gpu'], leaseTtlMs: 60_000 }

describe('deleteNamespace', () => {
  it('deletes all of a namespace, and nothing of those whose names begin or end the same', async () => {
    const kept = ['shop-2', 'sho', 'sshop', 'shop}', '{shop}', 'sho?', 'shop*']
    for (const namespace of ['shop', ...kept]) await fill({ url: server.url, namespace })
    await server.admin.set('sluice:{shop', 'mine')
    expect(await deleteNamespace({ url: server.url, namespace: 'shop' })).toBeGreaterThan(10)
    expect(await server.admin.keys('sluice:{shop}:*')).toEqual([])
    expect(await server.admin.get('sluice:{shop')).toBe('mine')
    for (const namespace of kept) expect(await isFilled({ url: server.url, namespace }), namespace).toBe(true)
    expect(await deleteNamespace({ url: server.url, namespace: 'shop' })).toBe(0)
  })

  it('takes a pattern for what it is: a name', async () => {
    await fill({ url: server.url, namespace: 'abc' })
    expect(await deleteNamespace({ url: server.url, namespace: 'a*' })).toBe(0)
    expect(await isFilled({ url: server.url, namespace: 'abc' })).toBe(true)
  })

  it('deletes many keys, in a cluster too', async () => {
    const connection = cluster.connect()
    onTestFinished(() => connection.disconnect())
    for (const namespace of ['a', 'b', 'c']) await fill({ connection, namespace })
    expect(await deleteNamespace({ connection, namespace: 'b' })).toBeGreaterThan(10)
    expect(await Promise.all(['a', 'b', 'c'].map((namespace) => isFilled({ connection, namespace })))).toEqual([
      true,
      false,
      true,
    ])
  })

  it('needs a name', async () => {
    await expect(deleteNamespace({ url: server.url } as DeleteNamespaceOptions)).rejects.toThrow('namespace must be')
  })
})

/** Leaves something of every kind in a namespace. */
async function fill(options: DeleteNamespaceOptions): Promise<void> {
  const { queue, workflows, logs, workers, close } = await createRedisBackend({ ...options, warn: () => {} })
  for (const jobId of ['a', 'b', 'c'])
    await queue.enqueue({ workflowId: 'run', jobId, command: 'make', requiredLabels: ['gpu'] })
  await queue.enqueue({ workflowId: 'run', jobId: 'later', command: 'make', delayMs: 60_000 })
  const claimed = await queue.claim(CLAIM)
  await queue.claim(CLAIM)
  await queue.complete(claimed?.lease.leaseId ?? '', {})
  await queue.cancelWorkflow('other')
  await workflows.createRun(sampleRun('run', 10))
  await workflows.commitRun('run', 1, { status: 'failed' })
  await workflows.claimScheduling('s1', 60_000)
  await logs.append([{ workflowId: 'run', jobId: 'a', attempt: 0, sequence: 0, stream: 'stdout', text: 'hello' }])
  await workers.register({ workerId: 'w1', labels: [], concurrency: 1, offlineAfterMs: 1000 })
  await close()
}

/** Tells whether all of that is there; fails where only a part is. */
async function isFilled(options: DeleteNamespaceOptions): Promise<boolean> {
  const { queue, workflows, logs, workers, close } = await createRedisBackend({ ...options, warn: () => {} })
  const found = [
    (await queue.listJobs('run')).jobs.length === 4,
    (await workflows.loadRun('run'))?.jobs.length === 10,
    (await logs.read({ workflowId: 'run', jobId: 'a' })).chunks.length === 1,
    (await workers.list()).length === 1,
  ]
  await close()
  expect(new Set(found).size).toBe(1)
  return found[0] === true
}
