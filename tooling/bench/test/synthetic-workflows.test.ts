import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { chains, tree } from '../src/service/synthetic-workflows.ts'

describe('chains', () => {
  it('makes each job need the one before it in its chain', () => {
    const { jobs } = chains(2, 3, 'nothing')
    assert.deepEqual(
      jobs.map(({ id, needs }) => [id, ...needs]),
      [
        ['job-0-0'],
        ['job-1-0'],
        ['job-0-1', 'job-0-0'],
        ['job-1-1', 'job-1-0'],
        ['job-0-2', 'job-0-1'],
        ['job-1-2', 'job-1-1'],
      ],
    )
  })
})

describe('tree', () => {
  it('makes each job need as many others, down to the leaves', () => {
    const { jobs } = tree(10, 3, 'nothing')
    assert.equal(jobs.length, 1111)
    assert.equal(jobs.filter(({ needs }) => needs.length === 10).length, 111)
    assert.equal(jobs.filter(({ needs }) => needs.length === 0).length, 1000)
    assert.equal(jobs.at(-1)?.id, 'root')
  })
})
