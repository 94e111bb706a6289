import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Fixture } from './worker-fixture.ts'

const handlers = {
  work: () => ({ done: 'yes' }),
  broken: () => Promise.reject(new Error('broken')),
}

describe('settling a job', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  function start(): Fixture {
    const fixture = new Fixture({ handlers })
    fixture.worker.start()
    return fixture
  }

  it('ends once where the reply to complete is lost and the call repeated', async () => {
    const fixture = start()
    const events = await fixture.queue.subscribe({ kinds: ['completed', 'failed', 'cancelled'] })
    fixture.store.fail('complete', 2, 'loseReply')
    await fixture.enqueue({ jobId: 'a' })
    await vi.advanceTimersByTimeAsync(1000)
    expect(await fixture.recorder.outcomesOf('a')).toEqual([{ status: 'completed', outputs: { done: 'yes' } }])
    expect(fixture.store.countOf('complete')).toBe(3)
    expect(await events.next()).toMatchObject({ value: { kind: 'completed', jobId: 'a' } })
    await fixture.enqueue({ jobId: 'b' })
    expect(await events.next()).toMatchObject({ value: { kind: 'completed', jobId: 'b' } })
  })

  it('uses one attempt where the reply to fail is lost and the call repeated', async () => {
    const fixture = start()
    fixture.store.fail('fail', 1, 'loseReply')
    const retryPolicy = { maxRetries: 1, backoff: { kind: 'fixed', delayMs: 60_000 } } as const
    await fixture.enqueue({ jobId: 'a', command: 'broken', retryPolicy })
    await vi.advanceTimersByTimeAsync(1000)
    expect(fixture.recorder.ended).toMatchObject([{ outcome: { status: 'failed', willRetry: true } }])
    expect(await fixture.job('a')).toMatchObject({ state: 'delayed', attempt: 1 })
  })

  it('is repeated for as long as the lease lasts while the store is down', async () => {
    const fixture = start()
    fixture.store.fail('complete')
    await fixture.enqueue({ jobId: 'a' })
    await vi.advanceTimersByTimeAsync(25_000)
    expect(fixture.recorder.ended).toEqual([])
    fixture.store.mend()
    await vi.advanceTimersByTimeAsync(1000)
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({ status: 'completed' })
  })

  it('is given up when the lease is surely over', async () => {
    const fixture = start()
    fixture.store.fail('complete')
    fixture.store.fail('renewLease')
    await fixture.enqueue({ jobId: 'a' })
    await vi.advanceTimersByTimeAsync(32_000)
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({
      status: 'unsettled',
      cause: { code: 'BACKEND_UNAVAILABLE' },
    })
  })

  it('tells the hooks that the lease was over before the result came, and throws nothing', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const fixture = new Fixture({ handlers: { work: () => promise } })
    fixture.worker.start()
    await fixture.enqueue({ jobId: 'a' })
    await fixture.recorder.untilStarted('a')
    await fixture.queue.release(fixture.recorder.claimed[0]?.lease.leaseId ?? '')
    resolve()
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({
      status: 'leaseLost',
      cause: { code: 'LEASE_EXPIRED' },
    })
  })

  it('tells the hooks that the job was cancelled before the result came', async () => {
    const fixture = new Fixture({ handlers: { work: ({ log }) => log('x') } })
    const appending = fixture.store.hold('append')
    fixture.worker.start()
    await fixture.enqueue({ jobId: 'a' })
    await appending.untilHeld()
    await fixture.queue.cancel('run', 'a')
    appending.letGo()
    expect(await fixture.recorder.outcomeOf('a')).toEqual({ status: 'cancelled' })
    expect(fixture.store.countOf('complete')).toBe(1)
  })
})
