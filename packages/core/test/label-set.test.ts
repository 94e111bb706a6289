import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { canonicalLabelSet, isLabelSubset, labelSetKey, parseLabelSetKey } from '../src/label-set.ts'

const labels = fc.array(fc.constantFrom('gpu', 'linux', 'arm64', 'zone:a', 'a', 'b', 'B'))

describe('label sets', () => {
  it('are the same list whatever the order and repetition', () => {
    fc.assert(
      fc.property(labels, fc.func(fc.integer()), (given, order) => {
        const shuffled = [...given, ...given].sort((left, right) => order(left) - order(right))
        assert.deepEqual(canonicalLabelSet(shuffled), canonicalLabelSet(given))
      }),
    )
  })

  it('match when the worker has every label, as sets do', () => {
    fc.assert(
      fc.property(labels, labels, (required, available) => {
        const expected = required.every((label) => available.includes(label))
        assert.equal(isLabelSubset(canonicalLabelSet(required), canonicalLabelSet(available)), expected)
      }),
    )
  })

  it('survive the trip through their key', () => {
    fc.assert(
      fc.property(labels, (given) => {
        const canonical = canonicalLabelSet(given)
        assert.deepEqual(parseLabelSetKey(labelSetKey(canonical)), canonical)
      }),
    )
  })
})
