import { describe, expect, it } from 'vitest'
import { splitText, storableText } from '../src/log-text.ts'

describe('storableText', () => {
  it('replaces what some stores cannot hold', () => {
    expect(storableText('a\0b\ud83d.')).toBe('a\ufffdb\ufffd.')
  })

  it('leaves everything else alone', () => {
    expect(storableText('\u001b[31mred 🚀\r\n')).toBe('\u001b[31mred 🚀\r\n')
  })
})

describe('splitText', () => {
  it('cuts into pieces that add up to the text', () => {
    expect(splitText('abcdefg', 3)).toEqual(['abc', 'def', 'g'])
    expect(splitText('abc', 3)).toEqual(['abc'])
  })

  it('never cuts within a surrogate pair', () => {
    const pieces = splitText('ab🚀🚀🚀c', 3)
    expect(pieces).toEqual(['ab', '🚀', '🚀', '🚀c'])
  })
})
