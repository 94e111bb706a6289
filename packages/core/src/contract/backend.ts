import assert from 'node:assert/strict'
import type { Backend } from '../backend.ts'
import { EVERY_METHOD } from './every-method.ts'
import { LONG_MS, withCode } from './sample-jobs.ts'
import { BUILD, chunk, chunks } from './sample-logs.ts'
import { run, runJob } from './sample-runs.ts'
import type { BackendSuite } from './suite.ts'

/** A call of each method of each store with arguments that are right. */
const EVERY_STORE_METHOD: Record<string, (backend: Backend) => Promise<unknown>> = {
  createRun: ({ workflows }) => workflows.createRun(run('r1')),
  getRun: ({ workflows }) => workflows.getRun('r1'),
  loadRun: ({ workflows }) => workflows.loadRun('r1'),
  commitRun: ({ workflows }) => workflows.commitRun('r1', 1, {}),
  listRuns: ({ workflows }) => workflows.listRuns(),
  listRunJobs: ({ workflows }) => workflows.listRunJobs('r1'),
  claimScheduling: ({ workflows }) => workflows.claimScheduling('s1', LONG_MS),
  releaseScheduling: ({ workflows }) => workflows.releaseScheduling('s1'),
  deleteRuns: ({ workflows }) => workflows.deleteRuns(LONG_MS),
  append: ({ logs }) => logs.append([chunk(0)]),
  read: ({ logs }) => logs.read(BUILD),
  'purge of logs': ({ logs }) => logs.purge(LONG_MS),
  register: ({ workers }) => workers.register({ workerId: 'w1', labels: [], concurrency: 1, offlineAfterMs: LONG_MS }),
  heartbeat: ({ workers }) => workers.heartbeat('w1', []),
  deregister: ({ workers }) => workers.deregister('w1'),
  list: ({ workers }) => workers.list(),
  'purge of workers': ({ workers }) => workers.purge(LONG_MS),
}

export function backendSection({ describe, it }: BackendSuite): void {
  describe('stores beside a durable queue', () => {
    it('hold the runs when they are opened again [CAP-1]', async ({ backend, reopen }) => {
      if (!backend.queue.capabilities.durable) return
      await backend.workflows.createRun(run('r1'))
      await backend.workflows.commitRun('r1', 1, { jobs: [runJob('build', { state: 'queued' })] })
      const before = await backend.workflows.loadRun('r1')
      assert.deepEqual(await (await reopen()).backend.workflows.loadRun('r1'), before)
    })

    it('hold the logs when they are opened again [CAP-1]', async ({ backend, reopen }) => {
      if (!backend.queue.capabilities.durable) return
      await backend.logs.append(chunks(0, 2))
      const before = await backend.logs.read(BUILD)
      assert.deepEqual(await (await reopen()).backend.logs.read(BUILD), before)
    })

    it('hold the workers when they are opened again [CAP-1]', async ({ backend, reopen }) => {
      if (!backend.queue.capabilities.durable) return
      await backend.workers.register({ workerId: 'w1', labels: ['gpu'], concurrency: 1, offlineAfterMs: LONG_MS })
      const before = await backend.workers.list()
      assert.deepEqual(await (await reopen()).backend.workers.list(), before)
    })
  })

  describe('close', () => {
    it('closes the queue [CLS-2]', async ({ backend }) => {
      await backend.close()
      for (const call of Object.values(EVERY_METHOD))
        await assert.rejects(() => call(backend.queue), withCode('QUEUE_CLOSED'))
    })

    it('closes every store [CLS-2]', async ({ backend }) => {
      await backend.workflows.createRun(run('r1'))
      await backend.close()
      for (const call of Object.values(EVERY_STORE_METHOD)) {
        await assert.rejects(() => call(backend), withCode('QUEUE_CLOSED'))
      }
    })

    it('ends those who follow a log [LOG-5]', async ({ backend, soon }) => {
      const following = (async () => {
        for await (const _ of backend.logs.follow(BUILD)) assert.fail('there is nothing to follow')
      })()
      await new Promise((resolve) => setTimeout(resolve, 10))
      await backend.close()
      await soon('the end', following)
    })

    it('does nothing when it is repeated [CLS-2]', async ({ backend, soon }) => {
      await soon('the end of close', Promise.all([backend.close(), backend.close()]))
      await soon('the end of close', backend.close())
    })
  })
}
