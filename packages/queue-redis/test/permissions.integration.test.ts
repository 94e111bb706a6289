import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { createRedisBackend, deleteNamespace } from '../src/index.ts'
import { testServer } from './private-redis.ts'
import { sampleRun } from './workflow-store/sample-runs.ts'

const server = await testServer()

it('needs no more rights than the README says', async () => {
  const readme = await readFile(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8')
  const [, rights = ''] = /^ACL SETUSER sluice (.*)$/m.exec(readme) ?? []
  await server.admin.call('ACL', 'SETUSER', 'sluice', ...rights.split(' '))
  const url = server.url.replace('//', '//sluice:secret@')
  const warnings: string[] = []
  const { queue, workflows, logs, workers, close } = await createRedisBackend({
    url,
    warn: (message) => warnings.push(message),
  })
  onTestFinished(close)
  await queue.enqueue({ workflowId: 'run', jobId: 'a', command: 'make', delayMs: 1 })
  await queue.subscribe()
  const claimed = await queue.claim({ workerId: 'w1', labels: [], leaseTtlMs: 60_000, waitMs: 5000 })
  await queue.renewLease(claimed?.lease.leaseId ?? '', 60_000)
  await queue.complete(claimed?.lease.leaseId ?? '', {})
  await queue.reapExpiredLeases()
  await queue.stats()
  await queue.purge(0)
  await workflows.createRun(sampleRun('run', 1500))
  await workflows.commitRun('run', 1, { status: 'failed', jobs: sampleRun('run', 1500).jobs })
  await workflows.loadRun('run')
  await workflows.listRuns()
  await workflows.deleteRuns(0)
  await logs.append([{ workflowId: 'run', jobId: 'a', attempt: 0, sequence: 0, stream: 'stdout', text: 'hello' }])
  await logs.follow({ workflowId: 'run', jobId: 'a' })[Symbol.asyncIterator]().next()
  await workers.register({ workerId: 'w1', labels: [], concurrency: 1, offlineAfterMs: 1000 })
  await workers.list()
  expect(await deleteNamespace({ url, namespace: 'default' })).toBeGreaterThan(0)
  expect(warnings).toEqual([])
})
