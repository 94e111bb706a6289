import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Fixture } from './worker-fixture.ts'

describe('claiming', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  it('fills all slots, and never more', async () => {
    let running = 0
    let most = 0
    const fixture = new Fixture({
      concurrency: 3,
      handlers: {
        work: async () => {
          most = Math.max(most, ++running)
          await new Promise((resolve) => setTimeout(resolve, 10))
          running--
        },
      },
    })
    for (let i = 0; i < 10; i++) await fixture.enqueue({ jobId: `job-${i}` })
    fixture.worker.start()
    expect(fixture.worker.running).toEqual([])
    await vi.advanceTimersByTimeAsync(5)
    expect(fixture.worker.running).toHaveLength(3)
    await vi.advanceTimersByTimeAsync(100)
    expect(fixture.recorder.ended).toHaveLength(10)
    expect(most).toBe(3)
  })

  it('fills a freed slot at once, although an older claim waits for fewer jobs', async () => {
    const handlers = { work: () => new Promise<void>((resolve) => setTimeout(resolve, 1000)) }
    const fixture = new Fixture({ concurrency: 3, handlers })
    fixture.worker.start()
    await fixture.enqueue({ jobId: 'a' })
    await fixture.enqueue({ jobId: 'b' })
    await vi.advanceTimersByTimeAsync(1000)
    expect(fixture.recorder.ended).toHaveLength(2)
    await fixture.queue.enqueueMany(['c', 'd', 'e'].map((jobId) => ({ workflowId: 'run', jobId, command: 'work' })))
    await vi.advanceTimersByTimeAsync(1)
    expect(fixture.worker.running).toHaveLength(3)
    await vi.advanceTimersByTimeAsync(1000)
  })

  it('waits in the store: an idle worker makes no further calls', async () => {
    const fixture = new Fixture({ concurrency: 3, handlers: {} })
    fixture.worker.start()
    await vi.advanceTimersByTimeAsync(59_000)
    expect(fixture.store.countOf('claimMany')).toBe(1)
  })

  it('takes only what its labels allow', async () => {
    const fixture = new Fixture({ labels: ['linux'], handlers: { work: () => {} } })
    fixture.worker.start()
    await fixture.enqueue({ jobId: 'other', requiredLabels: ['linux', 'gpu'] })
    await fixture.enqueue({ jobId: 'mine', requiredLabels: ['linux'] })
    expect(await fixture.recorder.outcomeOf('mine')).toMatchObject({ status: 'completed' })
    expect(await fixture.job('other')).toMatchObject({ state: 'waiting' })
  })

  it('survives a store that is down, asking less and less often', async () => {
    const fixture = new Fixture({ handlers: { work: () => {} } })
    fixture.store.fail('claimMany')
    fixture.worker.start()
    await vi.advanceTimersByTimeAsync(60_000)
    const calls = fixture.store.countOf('claimMany')
    expect(calls).toBeGreaterThan(12)
    expect(calls).toBeLessThan(40)
    expect(fixture.recorder.errors.at(-1)).toMatch(
      /^could not claim a job; trying again in \d+ ms: the test store is unavailable/,
    )
    fixture.store.mend()
    await fixture.enqueue({ jobId: 'a' })
    await vi.advanceTimersByTimeAsync(5000)
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({ status: 'completed' })
  })
})
