import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DURATION_PATTERN, formatDuration, parseDuration } from '../../src/definition/duration.ts'

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['1d2h3m4s5ms', 93_784_005],
    ['0s', 0],
    ['0.5ms', 1],
  ])('reads %s as %d ms', (text, durationMs) => {
    expect(text).toMatch(DURATION_PATTERN)
    expect(parseDuration(text)).toBe(durationMs)
  })

  it.each(['', '5', '5 m', '5min', 'm', '30m1h', '5m5m', '-5m', '.5h', '1e3s', '5M'])('refuses %j', (text) => {
    expect(text).not.toMatch(DURATION_PATTERN)
  })

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 40), (durationMs) => {
        const text = formatDuration(durationMs)
        expect(text).toMatch(DURATION_PATTERN)
        expect(parseDuration(text)).toBe(durationMs)
      }),
    )
  })
})
