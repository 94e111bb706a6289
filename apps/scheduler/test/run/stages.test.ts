import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { stagesOf, stageTitle } from '../../src/run/stages.ts'

describe('stagesOf', () => {
  it('puts a job one after the last of what it needs, in whatever order they are listed', () => {
    const jobs = [
      { id: 'publish', needs: ['build', 'checkout'] },
      { id: 'build', needs: ['checkout'] },
      { id: 'checkout', needs: [] },
      { id: 'lint', needs: ['checkout'] },
    ]
    assert.deepEqual(stagesOf(jobs), [2, 1, 0, 1])
  })

  it('takes a chain of 100,000 jobs', () => {
    const jobs = Array.from({ length: 100_000 }, (_, n) => ({ id: `j${n}`, needs: n === 0 ? [] : [`j${n - 1}`] }))
    assert.equal(stagesOf(jobs).at(-1), 99_999)
  })
})

describe('stageTitle', () => {
  it.each([
    [['project-001', 'project-002', 'project-017'], 'project-*'],
    [['mProject_ID01', 'mProject_ID02'], 'mProject_ID*'],
    [['checkout'], 'checkout'],
    [['lint', 'test'], 'stage 3'],
    [['a1', 'a2'], 'stage 3'],
    [['12', '13'], 'stage 3'],
  ])('names %j %s', (ids, title) => {
    assert.equal(stageTitle(ids, 2), title)
  })
})
