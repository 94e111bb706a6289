import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import type { RunReport } from '../../src/run/run-report.ts'
import { summaryLines } from '../../src/view/summary-lines.ts'
import { asText } from '../run-fixture.ts'

const zero = { blocked: 0, queued: 0, running: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0 }

const succeeded: RunReport = {
  runId: 'run-1',
  workflow: 'report',
  status: 'succeeded',
  counts: { ...zero, succeeded: 1204 },
  failed: [],
  skipped: [],
  cancelled: [],
  retried: [],
  timing: {
    makespanMs: 12_400,
    workMs: 34_200,
    concurrency: 4,
    criticalPath: { durationMs: 12_100, jobs: ['checkout', 'build', 'test'] },
    lowerBoundMs: 12_100,
  },
}

describe('summaryLines', () => {
  it('compare a run with how short it could have been', () => {
    assert.equal(
      asText(summaryLines(succeeded)),
      `
✔ report succeeded in 12.4s  1,204 succeeded
  critical path   12.1s  checkout → build → test
  work            34.2s  4 at once, so at least 8.6s
  lower bound     12.1s  the longer of the two; the run took 1.02 times as long
`.trim(),
    )
  })

  it('tell once why a worker stopped a job', () => {
    const message = 'timed out after 500 ms'
    const job = { jobId: 'slow', attempts: 1, durationMs: 520, failure: { message }, isTolerated: false }
    const failed = [{ ...job, lastLogLines: ['working', message, 'cleaning up'] }]
    const report: RunReport = { ...succeeded, status: 'failed', counts: { ...zero, failed: 1 }, failed }
    assert.deepEqual(asText(summaryLines(report)).split('\n').slice(0, 4), [
      'Failed',
      '  ✖ slow in 0.5s: timed out after 500 ms',
      '    │ working',
      '    │ cleaning up',
    ])
  })

  it('tell what failed with its last lines, what was not run because of what, and what was retried', () => {
    const because = (jobId: string) => ({ kind: 'dependency', because: jobId }) as const
    const report: RunReport = {
      ...succeeded,
      status: 'failed',
      counts: { ...zero, succeeded: 2, failed: 2, skipped: 4 },
      failed: [
        {
          jobId: 'test',
          attempts: 3,
          durationMs: 3400,
          failure: { message: 'exit code 1\nsecond line' },
          isTolerated: false,
          lastLogLines: ['expected 1', '\u001b[31mgot 2\u001b[39m'],
        },
        {
          jobId: 'audit',
          attempts: 1,
          durationMs: 80,
          failure: { message: 'exit code 9' },
          isTolerated: true,
          lastLogLines: [],
        },
      ],
      skipped: [
        { jobId: 'package', reason: because('test') },
        { jobId: 'publish', reason: because('test') },
        { jobId: 'announce', reason: because('test') },
        { jobId: 'rollback', reason: { kind: 'condition' } },
      ],
      retried: [{ jobId: 'flaky', attempts: 2, succeeded: true, failures: [{ message: 'exit code 7' }] }],
    }
    assert.equal(
      asText(summaryLines(report).slice(0, -3)),
      `
Failed
  ✖ test after 3 attempts in 3.4s: exit code 1
    │ expected 1
    │ got 2
  ✖ audit in 80ms (tolerated): exit code 9

Not run to the end
  ↷ package, publish, and announce skipped because test failed
  ↷ rollback skipped because nothing that it needs failed

Retried
  ↻ flaky succeeded on attempt 2, first: exit code 7

✖ report failed in 12.4s  2 succeeded, 2 failed, 4 skipped
`.trim(),
    )
  })

  it('stay readable for a thousand failures', () => {
    const failed = Array.from({ length: 1000 }, (_, n) => ({
      jobId: `job-${n}`,
      attempts: 1,
      failure: { message: 'exit code 1' },
      isTolerated: false,
      lastLogLines: Array.from({ length: 20 }, (_, line) => `line ${line}`),
    }))
    const cancelled = failed.map(({ jobId }) => ({
      jobId: `after-${jobId}`,
      reason: { kind: 'runCancelled' } as const,
    }))
    const lines = asText(
      summaryLines({ ...succeeded, status: 'cancelled', interruptedBy: 'SIGINT', failed, cancelled }),
    ).split('\n')
    assert.ok(lines.length < 250)
    assert.ok(lines.includes('  … and 980 more'))
    assert.ok(lines.includes('  ■ after-job-0, after-job-1, after-job-2, after-job-3, after-job-4, and 995 mo…'))
    assert.ok(lines.includes('■ report cancelled by SIGINT in 12.4s  1,204 succeeded'))
  })

  it('name the ends of a long critical path', () => {
    const jobs = Array.from({ length: 100 }, (_, n) => `j${n}`)
    const timing = { ...succeeded.timing, criticalPath: { durationMs: 9000, jobs } }
    assert.ok(asText(summaryLines({ ...succeeded, timing })).includes('j0 → j1 → j2 → j3 → j4 → (94 more) → j99'))
  })

  it('say nothing of time where nothing was run, or not all', () => {
    const timing = { ...succeeded.timing, workMs: 0 }
    assert.equal(summaryLines({ ...succeeded, timing }).length, 1)
    assert.equal(summaryLines({ ...succeeded, status: 'cancelled' }).length, 1)
  })
})
