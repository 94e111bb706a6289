import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeySpace } from '../../src/connection/key-space.ts'

describe('KeySpace', () => {
  it('begins every key with the namespace, in braces', () => {
    expect(new KeySpace('shop').key('run:1')).toBe('sluice:{shop}:run:1')
  })

  it('encodes what would end the hash tag or mean something in a pattern', () => {
    expect(new KeySpace('a}*?[b]\\{c:~').prefix).toBe('sluice:{a%7D%2A%3F%5Bb%5D%5C%7Bc%3A%7E}:')
  })

  it('shares no key with a namespace that begins or ends the same', () => {
    fc.assert(
      fc.property(namespace(), namespace(), fc.string(), (one, other, name) => {
        fc.pre(one !== other)
        expect(new KeySpace(one).key(name).startsWith(new KeySpace(other).prefix)).toBe(false)
      }),
    )
  })

  it('refuses a name that is no id', () => {
    for (const name of ['', 'new\nline', 'x'.repeat(256)]) expect(() => new KeySpace(name)).toThrow(/^namespace must/)
  })
})

function namespace(): fc.Arbitrary<string> {
  const unit = fc.constantFrom('a', '{', '}', ':', '*', '%', '7', 'D', '\u{1f680}', '-')
  return fc.string({ unit, minLength: 1, maxLength: 5 })
}
