import assert from 'node:assert/strict'
import { InvalidArgumentError } from 'commander'
import { describe, it } from 'vitest'
import { collectLabels, collectVariables, parseConcurrency, parsePositiveNumber } from '../src/arguments.ts'

describe('parseConcurrency', () => {
  it('reads whole numbers', () => {
    assert.equal(parseConcurrency('1'), 1)
    assert.equal(parseConcurrency('10000'), 10_000)
  })

  it.each(['0', '-1', '1.5', '1e3', ' 1', '', 'many', '10001'])('refuses %j', (text) => {
    assert.throws(() => parseConcurrency(text), InvalidArgumentError)
  })
})

describe('parsePositiveNumber', () => {
  it('reads numbers with a fraction', () => {
    assert.equal(parsePositiveNumber('0.5'), 0.5)
  })

  it.each(['0', '-2', '', ' ', 'Infinity', 'x'])('refuses %j', (text) => {
    assert.throws(() => parsePositiveNumber(text), InvalidArgumentError)
  })
})

describe('collectLabels', () => {
  it('splits at commas, and adds to what was given before', () => {
    assert.deepEqual(collectLabels('linux, gpu,'), ['gpu', 'linux'])
    assert.deepEqual(collectLabels('arm64', ['gpu']), ['arm64', 'gpu'])
  })

  it('refuses what no label can be', () => {
    assert.throws(() => collectLabels('a b'), /must be 1 to 64 of/)
  })
})

describe('collectVariables', () => {
  it('keeps everything after the first equals sign', () => {
    assert.deepEqual(collectVariables('query=a=b\nc', { tag: 'v1' }), { tag: 'v1', query: 'a=b\nc' })
  })

  it('takes the later of two values', () => {
    assert.deepEqual(collectVariables('tag=v2', { tag: 'v1' }), { tag: 'v2' })
  })

  it.each(['tag', '=x', '1a=x', 'a b=x'])('refuses %j', (text) => {
    assert.throws(() => collectVariables(text), InvalidArgumentError)
  })
})
