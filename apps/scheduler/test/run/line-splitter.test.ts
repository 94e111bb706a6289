import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { LineSplitter } from '../../src/run/line-splitter.ts'

describe('LineSplitter', () => {
  it('gives the same lines however the text comes in pieces', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r') })
    fc.assert(
      fc.property(fc.array(text), (pieces) => {
        const whole = new LineSplitter()
        const lines = [...whole.push(pieces.join('')), ...whole.flush()]
        const splitter = new LineSplitter()
        assert.deepEqual([...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.flush()], lines)
      }),
    )
  })

  it('takes line feeds with and without a carriage return', () => {
    assert.deepEqual(new LineSplitter().push('one\r\ntwo\n\n'), ['one', 'two', ''])
  })

  it('tells a line without an end in pieces of bounded length', () => {
    const splitter = new LineSplitter()
    const [piece = ''] = splitter.push('x'.repeat(20_000))
    assert.equal(piece.length, 20_000)
    assert.deepEqual(splitter.flush(), [])
  })
})
