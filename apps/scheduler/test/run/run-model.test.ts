import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import type { JobEvent } from '../../src/run/run-event.ts'
import { RunModel } from '../../src/run/run-model.ts'
import {
  begun,
  failed,
  job,
  modelAfter,
  printed,
  queued,
  retrying,
  skipped,
  started,
  succeeded,
} from '../run-fixture.ts'

describe('RunModel', () => {
  it('counts states in all and by stage', () => {
    const start = started(job('a'), job('b', { needs: ['a'] }), job('c', { needs: ['a'] }))
    const model = modelAfter(start, queued('a', 0), begun('a', 10), succeeded('a', 30, 20), queued('b', 31))
    assert.deepEqual(model.counts, { ...zero, succeeded: 1, queued: 1, blocked: 1 })
    assert.deepEqual(
      model.stages.map(({ counts }) => counts),
      [
        { ...zero, succeeded: 1 },
        { ...zero, queued: 1, blocked: 1 },
      ],
    )
  })

  it('follows a job through its attempts', () => {
    const start = started(job('a', { maxAttempts: 3 }))
    const model = modelAfter(start, queued('a', 0), begun('a', 10), printed('a', 20, 'one'), retrying('a', 110, 200))
    const a = model.jobs.get('a')
    assert.equal(a?.state, 'queued')
    assert.equal(a?.retryAt, 200)
    assert.deepEqual([...model.active], [a])
    model.apply(begun('a', 200, 1))
    assert.deepEqual(a?.lines, [])
    assert.equal(a?.retryAt, undefined)
    model.apply(failed('a', 250, 50, 'exit code 2', 1))
    assert.equal(a?.busyMs, 150)
    assert.equal(a?.firstStartedAt, 10)
    assert.deepEqual(
      a?.failures.map(({ message }) => message),
      ['exit code 1', 'exit code 2'],
    )
    assert.deepEqual(model.failed, [a])
    assert.equal(model.active.size, 0)
  })

  it('counts the work of an attempt that was cancelled', () => {
    const model = modelAfter(started(job('a'), job('b')), begun('a', 10), { type: 'job.cancelled', at: 60, jobId: 'a' })
    assert.equal(model.jobs.get('a')?.busyMs, 50)
  })

  it('keeps the last lines of a job until it succeeds', () => {
    const lines = Array.from({ length: 30 }, (_, n) => printed('a', n, `line ${n}`))
    const model = modelAfter(started(job('a')), begun('a', 0), ...lines)
    assert.deepEqual(model.jobs.get('a')?.lines.length, 20)
    assert.deepEqual(model.jobs.get('a')?.lines.at(-1), 'line 29')
    model.apply(succeeded('a', 100, 100))
    assert.deepEqual(model.jobs.get('a')?.lines, [])
  })

  it('keeps why a job was skipped', () => {
    const model = modelAfter(started(job('a'), job('b', { needs: ['a'] })), skipped('b', 5, 'a'))
    assert.deepEqual(model.jobs.get('b')?.reason, { kind: 'dependency', because: 'a' })
  })

  it('ignores jobs that it does not know', () => {
    const model = modelAfter(started(job('a')), begun('x', 1))
    assert.deepEqual(model.counts, { ...zero, blocked: 1 })
  })

  it('costs the same for each event of 100,000 jobs', () => {
    const jobs = Array.from({ length: 100_000 }, (_, n) => job(`j${n}`, { needs: n === 0 ? [] : ['j0'] }))
    const model = new RunModel(started(...jobs))
    const events = jobs.flatMap(({ id }): JobEvent[] => [queued(id, 1), begun(id, 2), succeeded(id, 3, 1)])
    const startedAt = performance.now()
    for (const event of events) model.apply(event)
    assert.equal(model.counts.succeeded, 100_000)
    assert.ok(performance.now() - startedAt < 5000)
  })
})

const zero = { blocked: 0, queued: 0, running: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0 }
