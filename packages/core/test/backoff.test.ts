import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { backoffDelayMs } from '../src/backoff.ts'

describe('backoffDelayMs', () => {
  it('is nothing without backoff and constant when fixed', () => {
    assert.equal(backoffDelayMs({ kind: 'none' }, 1), 0)
    assert.deepEqual(
      [1, 2, 100].map((retry) => backoffDelayMs({ kind: 'fixed', delayMs: 250 }, retry)),
      [250, 250, 250],
    )
  })

  it('doubles from the base up to the maximum', () => {
    const backoff = { kind: 'exponential', baseMs: 100, maxMs: 1000 } as const
    assert.deepEqual(
      [1, 2, 3, 4, 5, 100].map((retry) => backoffDelayMs(backoff, retry)),
      [100, 200, 400, 800, 1000, 1000],
    )
  })

  it('draws jitter between half of the delay and all of it, in whole milliseconds', () => {
    const backoff = { kind: 'exponential', baseMs: 101, maxMs: 60_000, jitter: true } as const
    assert.equal(
      backoffDelayMs(backoff, 2, () => 0),
      101,
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (retry, drawn) => {
          const full = backoffDelayMs({ ...backoff, jitter: false }, retry)
          const delayMs = backoffDelayMs(backoff, retry, () => drawn)
          return Number.isInteger(delayMs) && delayMs >= Math.floor(full / 2) && delayMs <= full
        },
      ),
    )
  })
})
