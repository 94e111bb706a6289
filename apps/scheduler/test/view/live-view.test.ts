import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, describe, it, vi } from 'vitest'
import type { RunEvent } from '../../src/run/run-event.ts'
import { RunModel } from '../../src/run/run-model.ts'
import { noPaint } from '../../src/view/line.ts'
import { LiveView } from '../../src/view/live-view.ts'
import { begun, job, started, succeeded } from '../run-fixture.ts'

/** Ends what was drawn in one go. */
const END_OF_FRAME = '\u001b[?2026l'

describe('LiveView', () => {
  let screen: PassThrough
  let view: LiveView
  let model: RunModel

  beforeEach(() => {
    vi.useFakeTimers({ now: 0 })
    screen = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true, columns: 60, rows: 20 })
    view = new LiveView(screen as unknown as NodeJS.WriteStream, noPaint)
    model = new RunModel(started(job('a'), job('b', { needs: ['a'] })))
  })

  afterEach(() => {
    view.close()
    vi.useRealTimers()
  })

  function tell(event: RunEvent): void {
    model.apply(event)
    view.show(event, model)
  }

  const drawn = () => String(screen.read() ?? '')

  it('draws at most ten times a second, however much happens', () => {
    tell(model.start)
    drawn()
    for (let ms = 0; ms < 1000; ms += 10) {
      tell({ ...begun('a', ms), type: 'job.log', jobId: 'a', stream: 'stdout', text: `line ${ms}` } as RunEvent)
      vi.advanceTimersByTime(10)
    }
    const frames = drawn().split(END_OF_FRAME).length - 1
    assert.ok(frames > 5 && frames <= 10, `${frames} frames`)
  })

  it('leaves the jobs and the summary when the run has ended, and draws no more', () => {
    tell(model.start)
    for (const event of [begun('a', 0), succeeded('a', 500, 500), begun('b', 500), succeeded('b', 900, 400)])
      tell(event)
    vi.advanceTimersByTime(1000)
    drawn()
    const timing = {
      makespanMs: 900,
      workMs: 900,
      concurrency: 2,
      criticalPath: { durationMs: 900, jobs: [] },
      lowerBoundMs: 900,
    }
    const lists = { failed: [], skipped: [], cancelled: [], retried: [] }
    const report = {
      runId: 'r',
      workflow: 'report',
      status: 'succeeded',
      counts: model.counts,
      ...lists,
      timing,
    } as const
    tell({ type: 'run.finished', at: 900, ...report })
    const lines = stripVTControlCharacters(drawn()).split('\n')
    assert.deepEqual(
      lines.slice(0, 4).map((line) => line.trimEnd()),
      ['  ✔ a         0.5s', '  ✔ b         0.4s', '', '✔ report succeeded in 0.9s  2 succeeded'],
    )
    vi.advanceTimersByTime(1000)
    assert.equal(drawn(), '')
  })

  it('keeps warnings above what it draws', () => {
    tell(model.start)
    drawn()
    view.warn('the store did not answer')
    vi.advanceTimersByTime(200)
    const text = stripVTControlCharacters(drawn())
    assert.ok(text.indexOf('warning: the store did not answer\n') < text.indexOf('report  0.1s'))
  })
})
