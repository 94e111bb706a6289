import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { measure, median } from '../src/measurement.ts'

describe('measure', () => {
  it('runs the cases in turn and leaves out the first round', async () => {
    const calls: string[] = []
    const benchmarkCase = (label: string) => ({
      label,
      async run() {
        calls.push(label)
        return calls.length
      },
    })
    const benchmark = { name: 'order', title: '', unit: '', cases: [benchmarkCase('a'), benchmarkCase('b')] }
    const measurements = await measure(benchmark, 2, () => {})
    assert.deepEqual(calls, ['a', 'b', 'a', 'b', 'a', 'b'])
    assert.deepEqual(
      measurements.map(({ figures }) => figures),
      [
        [3, 5],
        [4, 6],
      ],
    )
  })

  it('counts the first round of a benchmark that does not warm up', async () => {
    let runs = 0
    const cases = [{ label: 'a', run: async () => ++runs }]
    const measurements = await measure({ name: 'cold', title: '', unit: '', warmsUp: false, cases }, 1, () => {})
    assert.deepEqual(measurements[0]?.figures, [1])
    assert.equal(runs, 1)
  })
})

describe('median', () => {
  it('is the middle, or the mean of the two in the middle', () => {
    assert.equal(median([3, 1, 2]), 2)
    assert.equal(median([4, 1, 2, 3]), 2.5)
  })
})
