import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StartRefusedError, startPatiently } from '../src/patient-start.ts'
import { Fixture } from './worker-fixture.ts'

const scarce = (code: string) => Object.assign(new Error(`spawn /bin/sh ${code}`), { code })

describe('startPatiently', () => {
  const notes: string[] = []
  const log = { note: (text: string) => void notes.push(text) }
  const { signal } = new AbortController()

  beforeEach(() => {
    notes.length = 0
    vi.useFakeTimers()
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  it.each(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'])('tries again after %s, and says so once', async (code) => {
    const start = vi.fn().mockRejectedValueOnce(scarce(code)).mockRejectedValueOnce(scarce(code)).mockResolvedValue(7)
    const started = startPatiently(start, { signal, log })
    await vi.runAllTimersAsync()
    expect(await started).toBe(7)
    expect(start).toHaveBeenCalledTimes(3)
    expect(notes).toEqual([`this machine cannot start the job just now, and tries again: spawn /bin/sh ${code}`])
  })

  it('gives up after 30 seconds', async () => {
    const startedAt = performance.now()
    const started = startPatiently(() => Promise.reject(scarce('EMFILE')), { signal, log })
    const refused = expect(started).rejects.toThrow('this machine cannot start the job: spawn /bin/sh EMFILE')
    await vi.runAllTimersAsync()
    await refused
    await expect(started).rejects.toBeInstanceOf(StartRefusedError)
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(30_000)
    expect(performance.now() - startedAt).toBeLessThan(33_000)
  })

  it('does not wait for what time does not mend', async () => {
    const start = vi.fn().mockRejectedValue(scarce('ENOENT'))
    await expect(startPatiently(start, { signal, log })).rejects.toThrow('ENOENT')
    expect(start).toHaveBeenCalledTimes(1)
  })

  it('ends with its signal', async () => {
    const stopping = new AbortController()
    const started = startPatiently(() => Promise.reject(scarce('EMFILE')), { signal: stopping.signal, log })
    stopping.abort(new Error('the job was cancelled'))
    await expect(started).rejects.toThrow('the job was cancelled')
  })
})

describe('a job that the machine cannot start', () => {
  it('is handed back without using an attempt', async () => {
    let claims = 0
    const fixture = new Fixture({
      handlers: {
        work: () => {
          if (claims++ === 0) throw new StartRefusedError('this machine cannot start the job: spawn /bin/sh EMFILE')
        },
      },
    })
    fixture.worker.start()
    await fixture.enqueue({ jobId: 'a' })
    const outcomes = await fixture.recorder.outcomesOf('a', 2)
    expect(outcomes.map(({ status }) => status)).toEqual(['released', 'completed'])
    expect(fixture.recorder.claimed.map(({ lease }) => lease.attempt)).toEqual([0, 0])
    expect(fixture.recorder.errors[0]).toContain('job "a" is handed back')
    expect(await fixture.worker.stop()).toEqual({ released: [], abandoned: [] })
  })
})
