import { describe, expect, it } from 'vitest'
import { exportNames } from '../src/export-names.ts'

describe('exportNames', () => {
  it('lists values and types, under the names they are exported by', () => {
    const text = `
      export { a, b as c, type D } from './a.ts'
      export type { E } from './e.ts'
      export interface F {}
      export type G = string
      export const h = 1, i = 2
      export async function j() {}
      export class K {}
      const hidden = 1
      function alsoHidden() {}
    `
    expect(exportNames('index.ts', text)).toEqual([
      'K',
      'a',
      'c',
      'h',
      'i',
      'j',
      'type D',
      'type E',
      'type F',
      'type G',
    ])
  })

  it.each([
    ["export * from './a.ts'", 'export *'],
    ["export * as a from './a.ts'", 'export *'],
    ['export default 1', 'export default'],
    ['export default function a() {}', 'export default'],
    ['export const { a } = b', 'an export of a pattern'],
  ])('refuses %s', (text, what) => {
    expect(() => exportNames('index.ts', text)).toThrow(`index.ts has ${what}`)
  })
})
