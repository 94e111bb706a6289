import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { describeMeasurements } from '../src/report.ts'

describe('describeMeasurements', () => {
  it('compares medians, and the figures of the same round', () => {
    const benchmark = { name: 'speed', title: 'Speed', unit: 'ms', baseline: 'a', cases: [] }
    const table = describeMeasurements(benchmark, [
      { label: 'a', target: undefined, figures: [10, 20, 40] },
      { label: 'b', target: '< 3', figures: [30, 40, 40] },
    ])
    assert.match(table, /^\| b +\| +40.0 \| 30.0 – 40.0 \| +2.00 \| 1.00 – 3.00 \| < 3 +\|$/m)
  })

  it('has no ratios without a baseline', () => {
    const benchmark = { name: 'speed', title: 'Speed', unit: 'ms', cases: [] }
    const table = describeMeasurements(benchmark, [{ label: 'a', target: undefined, figures: [10] }])
    assert.match(table, /^\| case +\| +ms \| +spread \| target \|$/m)
  })
})
