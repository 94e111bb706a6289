import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { formatDuration } from '../src/duration-format.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

describe('formatDuration', () => {
  it.each([
    [0, '0ms'],
    [-3, '0ms'],
    [45.4, '45ms'],
    [99.4, '99ms'],
    [99.6, '0.1s'],
    [1234, '1.2s'],
    [59_940, '59.9s'],
    [59_960, '1m 00s'],
    [65 * SECOND, '1m 05s'],
    [HOUR - 400, '1h 00m'],
    [2 * HOUR + 3 * MINUTE, '2h 03m'],
    [23 * HOUR + 59.6 * MINUTE, '1d 00h'],
    [28 * HOUR, '1d 04h'],
  ])('writes %d ms as %s', (durationMs, text) => {
    assert.equal(formatDuration(durationMs), text)
  })
})
