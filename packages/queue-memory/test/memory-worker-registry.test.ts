import type { WorkerInfo } from '@sluice/core'
import { expect, it } from 'vitest'
import { ManualClock, MemoryWorkerRegistry } from '../src/index.ts'

const WORKER: WorkerInfo = { workerId: 'w1', labels: ['gpu', 'arm'], concurrency: 2, offlineAfterMs: 100 }

it('keeps what it knows from those who gave and got it', async () => {
  const registry = new MemoryWorkerRegistry({ clock: new ManualClock() })
  const running = [{ workflowId: 'run', jobId: 'build' }]
  await registry.register(WORKER)
  await registry.heartbeat('w1', running)
  running.length = 0
  const [listed] = await registry.list()
  Object.assign(listed?.running[0] ?? {}, { jobId: 'changed' })
  Object.assign(listed?.labels ?? [], ['changed'])
  expect(await registry.list()).toMatchObject([
    { labels: ['arm', 'gpu'], running: [{ workflowId: 'run', jobId: 'build' }] },
  ])
})

it('shows a worker as offline from the millisecond on in which its time is up', async () => {
  const clock = new ManualClock()
  const registry = new MemoryWorkerRegistry({ clock })
  await registry.register(WORKER)
  await clock.advance(99)
  expect((await registry.list())[0]?.online).toBe(true)
  await clock.advance(1)
  expect((await registry.list())[0]?.online).toBe(false)
})

it.each([
  ['workerId', { workerId: '' }],
  ['labels', { labels: 'gpu' }],
  ['concurrency', { concurrency: 0 }],
  ['offlineAfterMs', { offlineAfterMs: 0 }],
  ['host', { host: 7 }],
  ['pid', { pid: -1 }],
])('refuses a worker whose %s breaks a limit', async (field, change) => {
  const registry = new MemoryWorkerRegistry()
  await expect(registry.register({ ...WORKER, ...change } as WorkerInfo)).rejects.toMatchObject({ field })
  expect(await registry.list()).toEqual([])
})
