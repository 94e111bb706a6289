import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { copyJson } from '../src/json.ts'

describe('copyJson', () => {
  it('copies what JSON can carry, detached from the original', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        fc.pre(!JSON.stringify(value).includes('\\u0000'))
        const copy = copyJson(value, 'payload')
        assert.equal(JSON.stringify(copy.value), JSON.stringify(value))
        assert.ok(copy.maxBytes >= Buffer.byteLength(JSON.stringify(value)))
      }),
    )
    const original = { list: [1, { deep: true }] }
    const { value } = copyJson(original, 'payload')
    original.list.push(2)
    assert.deepEqual(value, { list: [1, { deep: true }] })
  })

  it('leaves out properties that are undefined and keeps a __proto__ key as data', () => {
    assert.deepEqual(copyJson({ kept: 1, dropped: undefined }, 'payload').value, { kept: 1 })
    const hostile = JSON.parse('{"__proto__":{"admin":true}}')
    const copy = copyJson(hostile, 'payload').value as object
    assert.equal(Object.getPrototypeOf(copy), Object.prototype)
    assert.equal(JSON.stringify(copy), '{"__proto__":{"admin":true}}')
  })

  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])
  it.each([
    [{ at: new Date(0) }, 'payload.at must be plain JSON: convert the Date first'],
    [{ items: [1, Number.NaN] }, 'payload.items[1] must be JSON: NaN is not a JSON number'],
    [{ big: 1n }, 'payload.big must be JSON, which has no bigint'],
    [{ run: () => 1 }, 'payload.run must be JSON, which has no function'],
    [[undefined], 'payload[0] must be JSON, which has no undefined'],
    [{ text: 'a\0b' }, 'payload.text must not contain a NUL character'],
    [{ text: '\ud800' }, 'payload.text must not contain a lone surrogate (broken UTF-16)'],
    [{ 'k\0': 1 }, 'payload key must not contain a NUL character'],
    [new Map(), 'payload must be plain JSON: convert the Map first'],
    [nested(300), `payload${'[0]'.repeat(256)} must not nest deeper than 256 levels`],
  ])('refuses %o', (value, message) => {
    assert.throws(() => copyJson(value, 'payload'), { name: 'ValidationError', message })
  })
})
