import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { shownLogText } from '../../src/view/log-text.ts'

describe('shownLogText', () => {
  it.each([
    ['plain', 'plain'],
    ['\u001b[31mred\u001b[39m', 'red'],
    ['\u001b[2J\u001b[Hcleared', 'cleared'],
    ['\u001b]0;title\u0007text', 'text'],
    ['10%\r50%\r100%', '100%'],
    ['50%\r', '50%'],
    ['a\tb', 'a  b'],
    ['bell\u0007 back\u0008 \u009b1m', 'bell back '.trimEnd()],
    ['  indented  ', '  indented'],
    ['\r', ''],
    ['', ''],
  ])('shows %j as %j', (text, shown) => {
    assert.equal(shownLogText(text), shown)
  })
})
