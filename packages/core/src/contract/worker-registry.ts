import assert from 'node:assert/strict'
import type { WorkerInfo, WorkerRegistry } from '../worker-registry.ts'
import { LONG_MS, PAST_SHORT_MS, SHORT_MS, withCode } from './sample-jobs.ts'
import type { WorkerRegistrySuite } from './suite.ts'

const RUNNING = [{ workflowId: 'run', jobId: 'build' }]

export function workerRegistrySection({ describe, it }: WorkerRegistrySuite): void {
  describe('register', () => {
    it('adds a worker [WRK-1]', async ({ workers, assertTime }) => {
      await workers.register(worker('w1', { labels: ['gpu'], host: 'ü.example.org', pid: 7 }))
      const [record] = await workers.list()
      const { registeredAt, lastSeenAt, ...rest } = record ?? ({} as never)
      const info = worker('w1', { labels: ['gpu'], host: 'ü.example.org', pid: 7 })
      assert.deepEqual(rest, { ...info, online: true, running: [] })
      assertTime(lastSeenAt, registeredAt)
    })

    it('replaces all that is known of a worker [WRK-1]', async ({ workers, peer, advance, assertTime }) => {
      const { workers: other } = await peer()
      await workers.register(worker('w1', { labels: ['gpu'], host: 'old' }))
      await workers.heartbeat('w1', RUNNING)
      const [before] = await workers.list()
      await advance(SHORT_MS)
      await other.register(worker('w1', { concurrency: 9 }))
      const records = await workers.list()
      const { registeredAt, lastSeenAt, ...rest } = records[0] ?? ({} as never)
      assert.deepEqual(rest, { ...worker('w1', { concurrency: 9 }), online: true, running: [] })
      assertTime(registeredAt, Number(before?.registeredAt) + SHORT_MS)
      assert.equal(records.length, 1)
    })

    it('refuses a worker that breaks a limit [LIM-1]', async ({ workers }) => {
      const bad = [{ workerId: '' }, { labels: ['two words'] }, { concurrency: 0 }, { offlineAfterMs: 0 }]
      for (const fields of bad) await assert.rejects(workers.register(worker('w1', fields)), withCode('VALIDATION'))
      assert.deepEqual(await workers.list(), [])
    })
  })

  describe('heartbeat', () => {
    it('notes when a worker was heard from and what it runs [WRK-2]', async ({
      workers,
      peer,
      advance,
      assertTime,
    }) => {
      const { workers: other } = await peer()
      await workers.register(worker('w1'))
      await advance(SHORT_MS)
      await other.heartbeat('w1', RUNNING)
      const [record] = await workers.list()
      assert.deepEqual(record?.running, RUNNING)
      assertTime(record?.lastSeenAt, Number(record?.registeredAt) + SHORT_MS)
      await workers.heartbeat('w1', [])
      assert.deepEqual((await workers.list())[0]?.running, [])
    })

    it('does not know a worker that is not registered [WRK-2]', async ({ workers }) => {
      await assert.rejects(workers.heartbeat('w1', []), withCode('WORKER_NOT_FOUND'))
      await workers.register(worker('w1'))
      await workers.deregister('w1')
      await assert.rejects(workers.heartbeat('w1', []), withCode('WORKER_NOT_FOUND'))
    })
  })

  describe('list', () => {
    it('shows a worker as offline that was not heard from in time [WRK-3]', async ({ workers, advance }) => {
      await workers.register(worker('gone', { offlineAfterMs: SHORT_MS }))
      await workers.register(worker('there'))
      await advance(PAST_SHORT_MS)
      assert.deepEqual(await onlineById(workers), { gone: false, there: true })
    })

    it('shows a worker as offline from the very millisecond on [WRK-3]', async ({ workers, advance }) => {
      await workers.register(worker('gone', { offlineAfterMs: SHORT_MS }))
      await advance(SHORT_MS)
      assert.deepEqual(await onlineById(workers), { gone: false })
    })

    it('shows a worker as online again when it is heard from [WRK-3]', async ({ workers, advance }) => {
      await workers.register(worker('w1', { offlineAfterMs: 2000 }))
      await advance(2100)
      assert.deepEqual(await onlineById(workers), { w1: false })
      await workers.heartbeat('w1', RUNNING)
      assert.deepEqual(await onlineById(workers), { w1: true })
    })

    it('lists all workers by id, in every process [WRK-4]', async ({ workers, peer }) => {
      const { workers: other } = await peer()
      for (const workerId of ['w3', 'w1']) await workers.register(worker(workerId))
      await other.register(worker('w2'))
      for (const each of [workers, other]) {
        assert.deepEqual(
          (await each.list()).map(({ workerId }) => workerId),
          ['w1', 'w2', 'w3'],
        )
      }
    })
  })

  describe('deregister', () => {
    it('removes a worker [WRK-5]', async ({ workers, peer }) => {
      const { workers: other } = await peer()
      await workers.register(worker('w1'))
      await workers.register(worker('w2'))
      await other.deregister('w1')
      assert.deepEqual(await onlineById(workers), { w2: true })
    })

    it('does nothing for an unknown worker [WRK-5]', async ({ workers }) => {
      await workers.deregister('w1')
      assert.deepEqual(await workers.list(), [])
    })
  })

  describe('purge', () => {
    it('removes the workers that are offline for long, and nothing else [WRK-6]', async ({
      workers,
      peer,
      advance,
      clock,
    }) => {
      const { workers: other } = await peer()
      await workers.register(worker('gone', { offlineAfterMs: SHORT_MS }))
      await workers.register(worker('silent'))
      await advance(SHORT_MS)
      if (clock === 'manual') assert.equal(await other.purge(SHORT_MS), 0, 'this age is not more than that age')
      await advance(PAST_SHORT_MS)
      assert.equal(await other.purge(LONG_MS), 0)
      assert.equal(await other.purge(SHORT_MS), 1)
      assert.deepEqual(await onlineById(workers), { silent: true })
    })
  })
}

function worker(workerId: string, fields: Partial<WorkerInfo> = {}): WorkerInfo {
  return { workerId, labels: [], concurrency: 1, offlineAfterMs: LONG_MS, ...fields }
}

async function onlineById(workers: WorkerRegistry): Promise<Record<string, boolean>> {
  return Object.fromEntries((await workers.list()).map(({ workerId, online }) => [workerId, online]))
}
