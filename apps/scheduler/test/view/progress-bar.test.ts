import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { type Line, noPaint, paintLine } from '../../src/view/line.ts'
import { progressBar } from '../../src/view/progress-bar.ts'

const none = { blocked: 0, queued: 0, running: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0 }
const widths = (line: Line) => line.map(({ text, style }) => `${style} ${text.length}`)

describe('progressBar', () => {
  it('shares its columns among the states', () => {
    assert.equal(paintLine(progressBar({ ...none, succeeded: 5, blocked: 5 }, 10), noPaint), '━━━━━─────')
    assert.deepEqual(widths(progressBar({ ...none, succeeded: 2, failed: 2, running: 4, queued: 2 }, 10)), [
      'green 2',
      'red 2',
      'cyan 4',
      'dim 2',
    ])
  })

  it('shows one failure among thousands', () => {
    assert.deepEqual(widths(progressBar({ ...none, succeeded: 9999, failed: 1 }, 10)), ['green 9', 'red 1', 'dim 0'])
  })

  it('is always as wide as asked, and full when all have ended', () => {
    const count = fc.nat(3000)
    const counts = fc.record({
      succeeded: count,
      failed: count,
      skipped: count,
      cancelled: count,
      running: count,
      queued: count,
    })
    fc.assert(
      fc.property(counts, fc.integer({ min: 5, max: 80 }), ({ running, queued, ...ended }, columns) => {
        const going = paintLine(progressBar({ ...none, ...ended, running, queued }, columns), noPaint)
        assert.equal(going.length, columns)
        const done = paintLine(progressBar({ ...none, ...ended, succeeded: ended.succeeded + 1 }, columns), noPaint)
        assert.equal(done, '━'.repeat(columns))
      }),
    )
  })
})
