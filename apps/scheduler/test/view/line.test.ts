import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { describe, it } from 'vitest'
import { fitText, noPaint, type Paint, padText, paintFor, paintLine, span, textColumns } from '../../src/view/line.ts'

describe('fitText', () => {
  it.each([
    ['short', 10, 'short'],
    ['exactly', 7, 'exactly'],
    ['too long', 5, 'too …'],
    ['中文字符', 8, '中文字符'],
    ['中文字符', 6, '中文…'],
    ['👨‍👩‍👧 family', 4, '👨‍👩‍👧 …'],
    ['anything', 0, ''],
    ['anything', -1, ''],
  ])('fits %j into %d columns as %j', (text, columns, fitted) => {
    assert.equal(fitText(text, columns), fitted)
    assert.ok(textColumns(fitText(text, columns)) <= Math.max(0, columns))
  })
})

describe('padText', () => {
  it('fills up or cuts to the same width', () => {
    assert.equal(padText('ab', 4), 'ab  ')
    assert.equal(padText('中', 4), '中  ')
    assert.equal(padText('abcdef', 4), 'abc…')
  })
})

describe('paintLine', () => {
  const tagged: Paint = (style, text) => `<${style}>${text}</>`

  it('paints each span in its style', () => {
    assert.equal(paintLine([span('✔', 'green'), span(' build')], tagged), '<green>✔</> build')
  })

  it('cuts at the width that is seen, not that of the colour codes', () => {
    assert.equal(paintLine([span('abc', 'red'), span('defgh', 'dim'), span('ij')], tagged, 6), '<red>abc</><dim>de…</>')
    assert.equal(paintLine([span('abc'), span('def')], noPaint, 6), 'abcdef')
    assert.equal(paintLine([span('abc'), span('def')], noPaint, 3), 'abc')
  })
})

describe('paintFor', () => {
  it('leaves text as it is where the stream shows no colours', () => {
    assert.equal(paintFor(new PassThrough())('red', 'x'), 'x')
  })

  it('paints for a terminal', () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true, getColorDepth: () => 8 })
    assert.equal(paintFor(terminal)('red', 'x'), '\u001b[31mx\u001b[39m')
  })
})
