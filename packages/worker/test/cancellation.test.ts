import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AttemptAbortedError, type Handlers, type JobHandler } from '../src/index.ts'
import { aborted, Fixture } from './worker-fixture.ts'

describe('an attempt that has to stop', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  let reasons: unknown[] = []
  const untilAborted: JobHandler = async ({ signal }) => {
    await aborted(signal)
    reasons.push(signal.reason)
  }

  async function running(timeoutMs?: number, handlers: Handlers = { work: untilAborted }): Promise<Fixture> {
    reasons = []
    const fixture = new Fixture({ handlers, graceMs: 2000 })
    fixture.worker.start()
    const retryPolicy = { maxRetries: 1, backoff: { kind: 'fixed', delayMs: 3_600_000 } } as const
    await fixture.enqueue({ jobId: 'a', retryPolicy, ...(timeoutMs === undefined ? {} : { timeoutMs }) })
    await fixture.recorder.untilStarted('a')
    return fixture
  }

  it('stops at once when its job is cancelled, without waiting for a renewal', async () => {
    const fixture = await running()
    await vi.advanceTimersByTimeAsync(5)
    await fixture.queue.cancel('run', 'a')
    expect(await fixture.recorder.outcomeOf('a')).toEqual({ status: 'cancelled' })
    expect(reasons).toEqual([expect.any(AttemptAbortedError)])
    expect(reasons).toMatchObject([{ reason: 'cancelled' }])
    expect(fixture.store.countOf('renewLease')).toBe(0)
    expect(await fixture.log('a')).toBe('the job was cancelled\n')
  })

  it('is found cancelled by its renewal when events do not come', async () => {
    const fixture = new Fixture({ handlers: { work: untilAborted } })
    fixture.store.fail('subscribe')
    fixture.worker.start()
    await fixture.enqueue({ jobId: 'a' })
    await fixture.recorder.untilStarted('a')
    await fixture.queue.cancel('run', 'a')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await fixture.recorder.outcomeOf('a')).toEqual({ status: 'cancelled' })
    expect(fixture.recorder.errors[0]).toContain('does not hear of cancellations')
  })

  it('asks the store as soon as the events are back', async () => {
    const fixture = new Fixture({ handlers: { work: untilAborted } })
    fixture.store.fail('subscribe')
    fixture.worker.start()
    await fixture.enqueue({ jobId: 'a' })
    await fixture.recorder.untilStarted('a')
    await fixture.queue.cancel('run', 'a')
    await vi.advanceTimersByTimeAsync(50)
    fixture.store.mend()
    await vi.advanceTimersByTimeAsync(200)
    expect(await fixture.recorder.outcomeOf('a')).toEqual({ status: 'cancelled' })
  })

  it('stops when its lease was lost, and stores nothing', async () => {
    const fixture = await running()
    fixture.store.fail('renewLease')
    await vi.advanceTimersByTimeAsync(31_000)
    await fixture.queue.reapExpiredLeases()
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({ status: 'leaseLost' })
    expect(reasons).toMatchObject([{ reason: 'leaseLost' }])
    expect(fixture.store.countOf('complete') + fixture.store.countOf('fail')).toBe(0)
    expect(await fixture.job('a')).toMatchObject({ state: 'delayed', attempt: 1 })
  })

  it('keeps its lease for as long as it runs', async () => {
    const fixture = await running()
    await vi.advanceTimersByTimeAsync(600_000)
    expect(await fixture.queue.reapExpiredLeases()).toEqual([])
    expect(fixture.store.countOf('renewLease')).toBe(60)
    expect(await fixture.job('a')).toMatchObject({ state: 'active', attempt: 0 })
  })

  it('survives a store that is down for less than the lease lasts', async () => {
    const fixture = await running()
    fixture.store.fail('renewLease')
    await vi.advanceTimersByTimeAsync(25_000)
    fixture.store.mend()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(reasons).toEqual([])
    expect(await fixture.queue.reapExpiredLeases()).toEqual([])
  })

  it('fails, to be tried again, when it takes longer than its timeout', async () => {
    const fixture = await running(500)
    await vi.advanceTimersByTimeAsync(500)
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({
      status: 'failed',
      failure: { message: 'timed out after 500 ms' },
      willRetry: true,
    })
    expect(reasons).toMatchObject([{ reason: 'timedOut' }])
  })

  it('is settled after the grace where its handler ignores the signal, and keeps its slot', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const handlers = { work: () => promise, other: () => {} }
    const fixture = await running(500, handlers)
    await fixture.enqueue({ jobId: 'b', command: 'other' })
    await vi.advanceTimersByTimeAsync(2499)
    expect(fixture.recorder.ended).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({ failure: { message: 'timed out after 500 ms' } })
    expect(fixture.recorder.errors).toEqual(['job "a" ignores its signal and keeps its slot until its code ends'])
    expect(fixture.recorder.started).toEqual(['a'])
    resolve()
    expect(await fixture.recorder.outcomeOf('b')).toMatchObject({ status: 'completed' })
  })

  it('asks about a job whose cancellation was heard of before the job came', async () => {
    const fixture = new Fixture({ handlers: { work: untilAborted } })
    const claims = fixture.store.hold('claimMany')
    fixture.worker.start()
    await fixture.enqueue({ jobId: 'a' })
    await claims.untilHeld()
    await fixture.queue.cancel('run', 'a')
    await vi.advanceTimersByTimeAsync(1)
    claims.letGo()
    expect(await fixture.recorder.outcomeOf('a')).toEqual({ status: 'cancelled' })
    expect(fixture.store.countOf('renewLease')).toBe(1)
  })
})
