import assert from 'node:assert/strict'
import type { RunJob } from '@sluice/core'
import { describe, it } from 'vitest'
import type { RunEvent } from '../../src/run/run-event.ts'
import { RunTracker } from '../../src/run/run-tracker.ts'

function track() {
  const events: RunEvent[] = []
  const tracker = new RunTracker(
    (event) => events.push(event),
    () => 1000,
  )
  return { tracker, events }
}

const record = (state: RunJob['state'], more: Partial<RunJob> = {}): RunJob => {
  return { jobId: 'a', state, runAttempt: 1, ...more }
}
const failure = { message: 'exit code 1', exitCode: 1 }

describe('RunTracker', () => {
  it('tells the life of a job once, though worker and state both report it', () => {
    const { tracker, events } = track()
    tracker.stateChanged([record('queued')])
    tracker.attemptStarted('a', 0)
    tracker.stateChanged([record('running', { attempt: 0, startedAt: 990 })])
    tracker.printed('a', 0, 'stdout', 'hel')
    tracker.printed('a', 0, 'stdout', 'lo\nwor')
    tracker.attemptEnded('a', 0)
    const end = record('succeeded', { attempt: 0, startedAt: 990, finishedAt: 1090, outputs: { x: '1' } })
    tracker.stateChanged([end])
    tracker.stateChanged([end])
    assert.deepEqual(events, [
      { type: 'job.queued', at: 1000, jobId: 'a' },
      { type: 'job.started', at: 1000, jobId: 'a', attempt: 0 },
      { type: 'job.log', at: 1000, jobId: 'a', attempt: 0, stream: 'stdout', text: 'hello' },
      { type: 'job.log', at: 1000, jobId: 'a', attempt: 0, stream: 'stdout', text: 'wor' },
      { type: 'job.succeeded', at: 1090, jobId: 'a', attempt: 0, durationMs: 100, outputs: { x: '1' } },
    ])
  })

  it('fills in the attempts that the worker did not tell of', () => {
    const { tracker, events } = track()
    tracker.stateChanged([record('failed', { attempt: 1, startedAt: 900, finishedAt: 950, failure })])
    assert.deepEqual(
      events.map((event) => [event.type, 'attempt' in event ? event.attempt : undefined]),
      [
        ['job.queued', undefined],
        ['job.started', 0],
        ['job.retrying', 0],
        ['job.started', 1],
        ['job.failed', 1],
      ],
    )
  })

  it('tells a retry with its reason, and not again when the state catches up', () => {
    const { tracker, events } = track()
    tracker.stateChanged([record('queued')])
    tracker.attemptStarted('a', 0)
    tracker.printed('a', 0, 'stderr', 'last words')
    tracker.attemptFailed('a', 0, failure, 1500)
    tracker.stateChanged([record('queued', { attempt: 1, failure })])
    tracker.attemptStarted('a', 1)
    assert.deepEqual(
      events.map(({ type }) => type),
      ['job.queued', 'job.started', 'job.log', 'job.retrying', 'job.started'],
    )
    assert.deepEqual(events[3], { type: 'job.retrying', at: 1000, jobId: 'a', attempt: 0, failure, retryAt: 1500 })
  })

  it('tells a retry after an expired lease, of which only the state knows', () => {
    const { tracker, events } = track()
    tracker.attemptStarted('a', 0)
    tracker.stateChanged([record('queued', { attempt: 1 })])
    assert.equal(events[2]?.type, 'job.retrying')
    assert.match(JSON.stringify(events[2]), /did not renew the lease/)
  })

  it('tells of jobs that never ran why they did not', () => {
    const { tracker, events } = track()
    const reason = { kind: 'dependency', because: 'b' } as const
    tracker.stateChanged([record('blocked'), record('skipped', { reason })])
    assert.deepEqual(events, [{ type: 'job.skipped', at: 1000, jobId: 'a', reason }])
  })

  it('lets a cancelled job print until its process is gone, and changes it no more', () => {
    const { tracker, events } = track()
    tracker.attemptStarted('a', 0)
    tracker.stateChanged([record('cancelled', { attempt: 0, finishedAt: 1200, reason: { kind: 'runCancelled' } })])
    tracker.printed('a', 0, 'stdout', 'cleaning up\n')
    tracker.attemptEnded('a', 0)
    tracker.stateChanged([record('failed', { attempt: 0, failure })])
    assert.deepEqual(
      events.map(({ type }) => type),
      ['job.queued', 'job.started', 'job.cancelled', 'job.log'],
    )
  })
})
