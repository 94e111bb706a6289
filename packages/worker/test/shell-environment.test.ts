import { describe, expect, it } from 'vitest'
import { needsVariables } from '../src/shell-environment.ts'

describe('needsVariables', () => {
  it('names a variable for each output of each job', () => {
    const { variables, notes } = needsVariables({ 'build-app': { 'image.tag': 'v1', sha: 'abc' }, lint: {} })
    expect(variables).toEqual({ SLUICE_NEEDS_BUILD_APP_IMAGE_TAG: 'v1', SLUICE_NEEDS_BUILD_APP_SHA: 'abc' })
    expect(notes).toEqual([])
  })

  it('leaves out a name that could mean two outputs, and says so', () => {
    const { variables, notes } = needsVariables({ 'a-b': { c: '1' }, a_b: { c: '2' }, other: { c: '3' } })
    expect(variables).toEqual({ SLUICE_NEEDS_OTHER_C: '3' })
    expect(notes).toEqual([
      '$SLUICE_NEEDS_A_B_C is not set: it could mean a-b.c or a_b.c; read them from the JSON file $SLUICE_NEEDS',
    ])
  })

  it('sets none where together they are too large for an environment', () => {
    const upstream = Object.fromEntries(
      Array.from({ length: 50_000 }, (_, index) => [`job-${index}`, { n: `${index}` }]),
    )
    const { variables, notes } = needsVariables(upstream)
    expect(variables).toEqual({})
    expect(notes).toEqual([expect.stringContaining('too large for environment variables')])
  })

  it('counts the bytes of values, not their characters', () => {
    expect(needsVariables({ a: { b: 'x'.repeat(60_000) } }).notes).toEqual([])
    expect(needsVariables({ a: { b: 'é'.repeat(60_000) } }).notes).toHaveLength(1)
  })
})
