import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import type { JobEvent } from '../../src/run/run-event.ts'
import { RunModel } from '../../src/run/run-model.ts'
import { plainLines } from '../../src/view/plain-lines.ts'
import { asText, begun, failed, job, printed, queued, retrying, skipped, started, succeeded } from '../run-fixture.ts'

describe('plainLines', () => {
  it('tell a run from its start, one line for each event that matters', () => {
    const start = started(
      job('build'),
      job('test', { needs: ['build'], maxAttempts: 2 }),
      job('publish', { needs: ['test'] }),
    )
    const model = new RunModel(start)
    const events: JobEvent[] = [
      queued('build', 0),
      begun('build', 10),
      printed('build', 20, '\u001b[1mcompiling\u001b[22m'),
      succeeded('build', 1210, 1200),
      begun('test', 1220),
      retrying('test', 1300, 2300),
      begun('test', 2300, 1),
      failed('test', 2400, 100, 'exit code 1\nmore', 1),
      skipped('publish', 2400, 'test'),
      { type: 'job.cancelled', at: 2500, jobId: 'publish', reason: { kind: 'runCancelled' } },
    ]
    const lines = events.flatMap((event) => {
      model.apply(event)
      return plainLines(event, model)
    })
    assert.equal(
      asText([...plainLines(start, model), ...lines]),
      `
report  3 jobs, 2 at once
● build started
build | compiling
✔ build succeeded in 1.2s  1/3
● test started
↻ test failed: exit code 1, attempt 2 of 2 in 1.0s
● test started, attempt 2 of 2
✖ test failed in 0.1s: exit code 1  2/3
↷ publish skipped because test failed  3/3
■ publish cancelled with the run  3/3
`.trim(),
    )
  })

  it('tell that the run is being cancelled', () => {
    const model = new RunModel(started(job('a')))
    const lines = plainLines({ type: 'run.cancelling', at: 0, signal: 'SIGTERM' }, model)
    assert.equal(asText(lines), 'cancelling the run after SIGTERM')
  })
})
