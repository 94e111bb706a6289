import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { aborted, Fixture } from './worker-fixture.ts'

describe('the registry', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  const list = (fixture: Fixture) => fixture.store.backend.workers.list()

  it('knows a worker while it runs, and what it runs', async () => {
    const fixture = new Fixture({
      labels: ['linux'],
      concurrency: 4,
      handlers: { work: ({ signal }) => aborted(signal) },
    })
    fixture.worker.start()
    await fixture.enqueue({ jobId: 'a' })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await list(fixture)).toMatchObject([
      {
        workerId: 'w1',
        labels: ['linux'],
        concurrency: 4,
        offlineAfterMs: 30_000,
        pid: process.pid,
        online: true,
        running: [{ workflowId: 'run', jobId: 'a' }],
      },
    ])
    await vi.advanceTimersByTimeAsync(600_000)
    expect(await list(fixture)).toMatchObject([{ online: true }])
    const stopped = fixture.worker.stop({ deadlineMs: 0 })
    await vi.advanceTimersByTimeAsync(1)
    await stopped
    expect(await list(fixture)).toEqual([])
  })

  it('gets a worker back that it has forgotten', async () => {
    const fixture = new Fixture({ handlers: {} })
    fixture.worker.start()
    await vi.advanceTimersByTimeAsync(100)
    await fixture.store.backend.workers.deregister('w1')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await list(fixture)).toMatchObject([{ workerId: 'w1', online: true }])
    expect(fixture.recorder.errors).toEqual([])
  })

  it('may be down: the worker works on and registers when it is back', async () => {
    const fixture = new Fixture({ handlers: { work: () => {} } })
    fixture.store.fail('register')
    fixture.worker.start()
    await fixture.enqueue({ jobId: 'a' })
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({ status: 'completed' })
    expect(fixture.recorder.errors).toEqual([
      expect.stringContaining(
        'could not tell the registry that it is alive; trying again: the test store is unavailable',
      ),
    ])
    fixture.store.mend()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await list(fixture)).toHaveLength(1)
  })

  it('costs nothing per job', async () => {
    const fixture = new Fixture({ handlers: { work: () => {} } })
    fixture.worker.start()
    for (let i = 0; i < 50; i++) await fixture.enqueue({ jobId: `job-${i}` })
    await fixture.recorder.outcomeOf('job-49')
    expect(fixture.store.countOf('register')).toBe(1)
    expect(fixture.store.countOf('heartbeat')).toBe(1)
  })
})
