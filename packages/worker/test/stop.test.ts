import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { aborted, Fixture } from './worker-fixture.ts'

describe('stop', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
  const retryPolicy = { maxRetries: 1, backoff: { kind: 'none' } } as const

  it('lets a job finish within the deadline, and claims nothing more', async () => {
    const fixture = new Fixture({ handlers: { work: () => sleep(5000) } })
    fixture.worker.start()
    await fixture.enqueue({ jobId: 'a' })
    await fixture.enqueue({ jobId: 'b' })
    await fixture.recorder.untilStarted('a')
    const stopped = fixture.worker.stop({ deadlineMs: 10_000 })
    await vi.advanceTimersByTimeAsync(5000)
    expect(await stopped).toEqual({ released: [], abandoned: [] })
    expect(await fixture.job('a')).toMatchObject({ state: 'completed' })
    expect(await fixture.job('b')).toMatchObject({ state: 'waiting' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('hands a job back after the deadline without using an attempt', async () => {
    const fixture = new Fixture({ handlers: { work: ({ signal }) => aborted(signal) } })
    fixture.worker.start()
    await fixture.enqueue({ jobId: 'a', retryPolicy })
    await fixture.recorder.untilStarted('a')
    const stopped = fixture.worker.stop({ deadlineMs: 1000 })
    await vi.advanceTimersByTimeAsync(999)
    expect(await fixture.job('a')).toMatchObject({ state: 'active' })
    await vi.advanceTimersByTimeAsync(1)
    expect(await stopped).toEqual({ released: [{ workflowId: 'run', jobId: 'a' }], abandoned: [] })
    expect(fixture.recorder.ended).toEqual([{ jobId: 'a', outcome: { status: 'released' } }])
    expect(await fixture.job('a')).toMatchObject({ state: 'waiting', attempt: 0 })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('hands back what a claim on its way still brings', async () => {
    const fixture = new Fixture({ handlers: { work: () => {} }, concurrency: 5 })
    const claims = fixture.store.hold('claimMany')
    await fixture.enqueue({ jobId: 'a' })
    await fixture.enqueue({ jobId: 'b' })
    fixture.worker.start()
    await claims.untilHeld()
    const stopped = fixture.worker.stop()
    claims.letGo()
    expect((await stopped).released.map(({ jobId }) => jobId)).toEqual(['a', 'b'])
    expect(fixture.recorder.started).toEqual([])
    expect(await fixture.job('b')).toMatchObject({ state: 'waiting', attempt: 0 })
  })

  it('can be called again to bring the deadline forward, never to push it back', async () => {
    const fixture = new Fixture({ handlers: { work: ({ signal }) => aborted(signal) } })
    fixture.worker.start()
    await fixture.enqueue({ jobId: 'a' })
    await fixture.recorder.untilStarted('a')
    void fixture.worker.stop({ deadlineMs: Number.POSITIVE_INFINITY })
    void fixture.worker.stop({ deadlineMs: 500 })
    const stopped = fixture.worker.stop({ deadlineMs: 60_000 })
    await vi.advanceTimersByTimeAsync(500)
    expect((await stopped).released).toHaveLength(1)
  })

  it('resolves although a handler ignores its signal, and reports its job', async () => {
    const fixture = new Fixture({ handlers: { work: () => new Promise(() => {}) }, graceMs: 2000 })
    fixture.worker.start()
    await fixture.enqueue({ jobId: 'a' })
    await fixture.recorder.untilStarted('a')
    const stopped = fixture.worker.stop({ deadlineMs: 1000 })
    await vi.advanceTimersByTimeAsync(3000)
    const job = { workflowId: 'run', jobId: 'a' }
    expect(await stopped).toEqual({ released: [job], abandoned: [job] })
    expect(await fixture.job('a')).toMatchObject({ state: 'waiting', attempt: 0 })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('resolves although the store does not answer, and reports the jobs that it could not hand back', async () => {
    const fixture = new Fixture({
      handlers: { work: ({ signal }) => aborted(signal) },
      graceMs: 0,
      leaseTtlMs: 3_600_000,
    })
    fixture.worker.start()
    await fixture.enqueue({ jobId: 'a' })
    await fixture.recorder.untilStarted('a')
    fixture.store.fail('release')
    fixture.store.fail('deregister')
    const stopped = fixture.worker.stop({ deadlineMs: 0 })
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await stopped).toEqual({ released: [], abandoned: [{ workflowId: 'run', jobId: 'a' }] })
    expect(fixture.recorder.ended).toMatchObject([{ outcome: { status: 'unsettled' } }])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends an idle worker at once, and one that never started', async () => {
    const fixture = new Fixture({ handlers: {} })
    fixture.worker.start()
    await vi.advanceTimersByTimeAsync(100)
    expect(await fixture.worker.stop()).toEqual({ released: [], abandoned: [] })
    expect(vi.getTimerCount()).toBe(0)
    const other = new Fixture({ handlers: {} })
    expect(await other.worker.stop()).toEqual({ released: [], abandoned: [] })
    other.worker.start()
    await vi.advanceTimersByTimeAsync(100)
    expect(other.store.calls).toEqual([])
  })

  it('happens by itself when the queue is closed', async () => {
    const fixture = new Fixture({ handlers: { work: ({ signal }) => aborted(signal) }, concurrency: 2 })
    const running = fixture.worker.run()
    await fixture.enqueue({ jobId: 'a' })
    await fixture.recorder.untilStarted('a')
    await fixture.queue.close()
    await vi.advanceTimersByTimeAsync(1)
    expect(await running).toEqual({ released: [], abandoned: [{ workflowId: 'run', jobId: 'a' }] })
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({
      status: 'unsettled',
      cause: { code: 'QUEUE_CLOSED' },
    })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is what leaving an `await using` does', async () => {
    const fixture = new Fixture({ handlers: {} })
    {
      await using worker = fixture.worker
      worker.start()
    }
    expect(await fixture.worker.closed).toEqual({ released: [], abandoned: [] })
  })
})
