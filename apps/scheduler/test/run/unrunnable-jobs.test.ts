import assert from 'node:assert/strict'
import { parseWorkflow } from '@sluice/dag'
import { describe, it } from 'vitest'
import { unrunnableJobs } from '../../src/run/unrunnable-jobs.ts'

const workflow = parseWorkflow(`
jobs:
  any: { run: 'true' }
  train: { run: 'true', labels: [linux, gpu] }
`)

describe('unrunnableJobs', () => {
  it('names the jobs that lack a label, and which', () => {
    assert.deepEqual(unrunnableJobs(workflow, ['linux']), [{ jobId: 'train', missing: ['gpu'] }])
  })

  it('finds none where the worker has all labels and more', () => {
    assert.deepEqual(unrunnableJobs(workflow, ['zone:a', 'linux', 'gpu']), [])
  })
})
