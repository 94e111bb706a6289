import assert from 'node:assert/strict'
import type { RunSummary } from '@sluice/core'
import { parseWorkflow } from '@sluice/dag'
import { describe, it } from 'vitest'
import { buildReport } from '../../src/run/build-report.ts'
import type { RunModel } from '../../src/run/run-model.ts'
import { begun, failed, job, modelAfter, printed, retrying, skipped, started, succeeded } from '../run-fixture.ts'

const workflow = parseWorkflow(`
jobs:
  a: { run: 'true' }
  b: { run: 'true', needs: a, retries: 1 }
  c: { run: 'true', needs: a }
  d: { run: 'true', needs: [b, c] }
`)

const start = started(
  job('a'),
  job('b', { needs: ['a'], maxAttempts: 2 }),
  job('c', { needs: ['a'] }),
  job('d', { needs: ['b', 'c'] }),
)

const ended = ({ counts }: RunModel, status: RunSummary['status']): RunSummary => {
  return { runId: 'run-1', name: 'report', status, attempt: 1, counts, version: 1, createdAt: 0, finishedAt: 1000 }
}

describe('buildReport', () => {
  it('compares the makespan with the critical path and the work, attempts and waits included', () => {
    const model = modelAfter(
      start,
      ...[begun('a', 100), succeeded('a', 200, 100), begun('b', 210), begun('c', 220), retrying('b', 310, 400)],
      ...[
        succeeded('c', 420, 200),
        begun('b', 410, 1),
        succeeded('b', 710, 300, 1),
        begun('d', 800),
        succeeded('d', 950, 150),
      ],
    )
    const { timing, retried } = buildReport(workflow, model, ended(model, 'succeeded'))
    assert.deepEqual(timing, {
      makespanMs: 1000,
      workMs: 100 + 100 + 300 + 200 + 150,
      concurrency: 2,
      criticalPath: { durationMs: 100 + 500 + 150, jobs: ['a', 'b', 'd'] },
      lowerBoundMs: 750,
    })
    assert.deepEqual(retried, [{ jobId: 'b', attempts: 2, succeeded: true, failures: [{ message: 'exit code 1' }] }])
  })

  it('takes the work shared evenly as the bound where it is longer than the critical path', () => {
    const model = modelAfter(start, begun('b', 0), succeeded('b', 900, 900), begun('c', 0), succeeded('c', 1000, 1000))
    const { timing } = buildReport(workflow, model, ended(model, 'succeeded'))
    assert.equal(timing.criticalPath.durationMs, 1000)
    assert.equal(timing.lowerBoundMs, 1000)
    const onOne = buildReport(workflow, modelAfter({ ...start, concurrency: 1 }, ...events), ended(model, 'succeeded'))
    assert.equal(onOne.timing.lowerBoundMs, 1900)
  })

  it('tells what failed with its last lines, and what was not run because of it', () => {
    const model = modelAfter(
      start,
      ...[begun('a', 0), printed('a', 5, 'no such file'), failed('a', 10, 10)],
      ...[skipped('b', 10, 'a'), skipped('c', 10, 'a'), { type: 'job.cancelled', at: 11, jobId: 'd' } as const],
    )
    const report = buildReport(workflow, model, ended(model, 'failed'))
    assert.deepEqual(report.failed, [
      {
        jobId: 'a',
        attempts: 1,
        durationMs: 10,
        failure: { message: 'exit code 1' },
        isTolerated: false,
        lastLogLines: ['no such file'],
      },
    ])
    const reason = { kind: 'dependency', because: 'a' }
    assert.deepEqual(report.skipped, [
      { jobId: 'b', reason },
      { jobId: 'c', reason },
    ])
    assert.deepEqual(report.cancelled, [{ jobId: 'd' }])
  })
})

const events = [begun('b', 0), succeeded('b', 900, 900), begun('c', 900), succeeded('c', 1900, 1000)]
