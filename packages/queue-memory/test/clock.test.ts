import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ManualClock, systemClock } from '../src/index.ts'

const DAY_MS = 24 * 60 * 60 * 1000

describe('systemClock', () => {
  it('tells the time', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000)
  })

  describe('setTimeout', () => {
    beforeEach(() => void vi.useFakeTimers())
    afterEach(() => void vi.useRealTimers())

    it('waits longer than the timers of JavaScript can', () => {
      const callback = vi.fn()
      systemClock.setTimeout(callback, 60 * DAY_MS)
      vi.advanceTimersByTime(60 * DAY_MS - 1)
      expect(callback).not.toHaveBeenCalled()
      vi.advanceTimersByTime(1)
      expect(callback).toHaveBeenCalledOnce()
    })

    it.each([10, 30 * DAY_MS, 60 * DAY_MS])('leaves no timer when one of %d ms is cancelled', (ms) => {
      const cancel = systemClock.setTimeout(() => expect.unreachable(), ms)
      vi.advanceTimersByTime(ms / 2)
      cancel()
      expect(vi.getTimerCount()).toBe(0)
    })
  })
})

describe('ManualClock', () => {
  it('stands still until it is moved', async () => {
    const clock = new ManualClock(1000)
    expect(clock.now()).toBe(1000)
    await clock.advance(5)
    expect(clock.now()).toBe(1005)
  })

  it('fires timers at their time, in order, those too that are set on the way', async () => {
    const clock = new ManualClock(0)
    const fired: string[] = []
    const set = (name: string, ms: number, then?: () => void) =>
      clock.setTimeout(() => {
        fired.push(`${name} at ${clock.now()}`)
        then?.()
      }, ms)
    set('third', 30)
    set('first', 10, () => set('second', 10))
    set('also third', 30)
    set('late', 31)
    await clock.advance(30)
    expect(fired).toEqual(['first at 10', 'second at 20', 'third at 30', 'also third at 30'])
    expect(clock.timerCount).toBe(1)
  })

  it('does not fire a timer that was cancelled', async () => {
    const clock = new ManualClock()
    const cancel = clock.setTimeout(() => expect.unreachable(), 1)
    cancel()
    await clock.advance(2)
    expect(clock.timerCount).toBe(0)
  })

  it('lets what a timer settles run before the next one fires', async () => {
    const clock = new ManualClock(0)
    const seen: string[] = []
    const first = new Promise<void>((resolve) => clock.setTimeout(resolve, 1))
    clock.setTimeout(() => seen.push('second timer'), 2)
    const chain = first
      .then(() => {})
      .then(() => {})
      .then(() => seen.push(`end of the chain at ${clock.now()}`))
    await clock.advance(2)
    await chain
    expect(seen).toEqual(['end of the chain at 1', 'second timer'])
  })

  it('waits for timers that are set by what was called before', async () => {
    const clock = new ManualClock()
    const callback = vi.fn()
    void Promise.resolve().then(() => clock.setTimeout(callback, 1))
    await clock.advance(1)
    expect(callback).toHaveBeenCalledOnce()
  })
})
