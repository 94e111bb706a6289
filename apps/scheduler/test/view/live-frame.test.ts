import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { noPaint, paintLine, textColumns } from '../../src/view/line.ts'
import { liveFrame } from '../../src/view/live-frame.ts'
import {
  asText,
  begun,
  failed,
  job,
  modelAfter,
  printed,
  queued,
  retrying,
  screen,
  skipped,
  started,
  succeeded,
} from '../run-fixture.ts'

const small = started(
  job('checkout'),
  job('lint', { needs: ['checkout'] }),
  job('test', { needs: ['checkout'] }),
  job('flaky', { needs: ['checkout'], maxAttempts: 3 }),
  job('package', { needs: ['lint', 'test'] }),
  job('publish', { needs: ['package', 'flaky'] }),
)

describe('liveFrame', () => {
  it('shows each job of a small run, side by side those that may run so', () => {
    const model = modelAfter(
      small,
      ...[queued('checkout', 0), begun('checkout', 10), succeeded('checkout', 310, 300)],
      ...[
        begun('lint', 320),
        begun('test', 330),
        printed('test', 400, '\u001b[32m✓\u001b[39m claims 12'),
        begun('flaky', 340),
      ],
      ...[retrying('flaky', 900, 2000), failed('lint', 1000, 680, 'exit code 2'), skipped('package', 1010, 'lint')],
    )
    assert.equal(
      asText(liveFrame(model, screen(model, 24, 1500))),
      `
⠴ report  1.5s  Ctrl-C cancels
━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━────────────────────  3/6
✔ 1 succeeded  ✖ 1 failed  ↷ 1 skipped  ● 1 running  ○ 1 queued  · 1 blocked

  ✔ checkout    0.3s
┌ ✖ lint        0.7s  exit code 2
│ ⠴ test        1.2s  ✓ claims 12
└ ↻ flaky             attempt 2 of 3 in 0.5s · exit code 1
  ↷ package           skipped because lint failed
  · publish           needs flaky
`.trim(),
    )
  })

  it('says that it cancels', () => {
    const model = modelAfter(started(job('a')), begun('a', 0))
    model.apply({ type: 'run.cancelling', at: 50, signal: 'SIGINT' })
    const [title] = asText(liveFrame(model, screen(model, 24, 100))).split('\n')
    assert.equal(title, '⠙ report  0.1s  cancelling after SIGINT; Ctrl-C again kills what still runs')
  })

  it('shows what happens now under each stage of a large run', () => {
    const ids = Array.from({ length: 300 }, (_, n) => `project-${String(n).padStart(3, '0')}`)
    const jobs = ids.map((id) => job(id, { needs: ['plan'] }))
    const start = started(
      job('plan'),
      ...jobs,
      job('fit', { needs: ids }),
      ...ids.map((id) => job(`back-${id}`, { needs: ['fit'] })),
    )
    const model = modelAfter(
      start,
      ...[begun('plan', 0), succeeded('plan', 100, 100)],
      ...ids.slice(0, 100).flatMap((id) => [begun(id, 100), succeeded(id, 150, 50)]),
      ...[begun('project-100', 200), failed('project-100', 220, 20)],
      ...ids.slice(101, 110).map((id, n) => begun(id, 200 + n * 100)),
      printed('project-101', 300, 'reading tile 101'),
    )
    assert.equal(
      asText(liveFrame(model, screen(model, 20, 2000))),
      `
⠋ report  2.0s  Ctrl-C cancels
━━━━━━━━━━━━────────────────────────────────────────────────  102/602
✔ 101 succeeded  ✖ 1 failed  ● 9 running  · 491 blocked

✔ plan                  0.1s
⠋ project-*          ━━━━━━━─────────  101/300  1 failed
├ ✖ project-100         20ms  exit code 1
├ ✔ project-098         50ms
├ ✔ project-099         50ms
├ ⠋ project-101         1.8s  reading tile 101
├ ⠋ project-102         1.7s
├ ⠋ project-103         1.6s
├ ⠋ project-104         1.5s
├ ⠋ project-105         1.4s
├ ⠋ project-106         1.3s
├ ⠋ project-107         1.2s
├ ⠋ project-108         1.1s
└ ⠋ project-109         1.0s
· fit                         needs 199 more jobs
· back-project-*     ────────────────  0/300
`.trim(),
    )
    assert.equal(
      asText(liveFrame(model, screen(model, 12, 2000)))
        .split('\n')
        .slice(4)
        .join('\n'),
      `
✔ plan                  0.1s
⠋ project-*          ━━━━━━━─────────  101/300  1 failed
├ ✖ project-100         20ms  exit code 1
├ ⠋ project-101         1.8s  reading tile 101
└ ⠋ project-102         1.7s
· fit                         needs 199 more jobs
· back-project-*     ────────────────  0/300
  … 7 more running
`.trim(),
    )
  })

  it('puts together the stages in which nothing happens', () => {
    const ids = Array.from({ length: 200 }, (_, n) => `step-${n}`)
    const chain = ids.map((id, n) => job(id, { needs: n === 0 ? [] : [`step-${n - 1}`] }))
    const before = ids.slice(0, 50).flatMap((id) => [begun(id, 0), succeeded(id, 5, 5)])
    const model = modelAfter(started(...chain), ...before, begun('step-50', 100))
    assert.equal(
      asText(liveFrame(model, screen(model, 24, 500)))
        .split('\n')
        .slice(4)
        .join('\n'),
      `
✔ 50 stages, 50 jobs
⠴ step-50       0.4s
· 149 stages, 149 jobs
`.trim(),
    )
  })

  it('takes a moment for a chain of 20,000 stages and a job that needs them all', () => {
    const ids = Array.from({ length: 20_000 }, (_, n) => `step-${n}`)
    const chain = ids.map((id, n) => job(id, { needs: n === 0 ? [] : [`step-${n - 1}`] }))
    const model = modelAfter(started(...chain, job('end', { needs: ids })), begun('step-0', 0))
    const layout = screen(model, 24, 500)
    const startedAt = performance.now()
    for (let frame = 0; frame < 10; frame++) liveFrame(model, layout)
    assert.ok(performance.now() - startedAt < 5000)
    assert.ok(asText(liveFrame(model, layout)).endsWith('· 20,000 stages, 20,000 jobs'))
  })

  it('shows only what runs where too many stages are busy', () => {
    const chains = Array.from({ length: 100 }, (_, chain) =>
      Array.from({ length: chain + 1 }, (_, n) =>
        job(`c${chain}-${n}`, { needs: n === 0 ? [] : [`c${chain}-${n - 1}`] }),
      ),
    ).flat()
    const last = (chain: number) => `c${chain}-${chain}`
    const model = modelAfter(
      started(...chains),
      ...Array.from({ length: 100 }, (_, chain) => begun(last(chain), chain)),
    )
    const lines = asText(liveFrame(model, screen(model, 12, 500)))
      .split('\n')
      .slice(4)
    assert.equal(lines.length, 8)
    assert.equal(lines[0], '⠴ c0-0        0.5s')
    assert.equal(lines.at(-1), '  … 93 more running')
  })

  it('never takes more rows or columns than there are', () => {
    const wide = Array.from({ length: 40 }, (_, n) =>
      job(`任務-${n}`.repeat(n), { needs: n < 20 ? [] : [`任務-${n - 20}`.repeat(n - 20)] }),
    )
    const events = wide.flatMap(({ id }, n) => [
      begun(id, n),
      ...(n % 3 === 0 ? [failed(id, 99, 9)] : [printed(id, n, '語'.repeat(200))]),
    ])
    const model = modelAfter(started(...wide), ...events)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 20, max: 200 }), (rows, columns) => {
        const layout = { ...screen(model, rows, 100), columns }
        const lines = liveFrame(model, layout).map((line) => paintLine(line, noPaint, columns))
        assert.ok(lines.length <= rows)
        for (const line of lines) assert.ok(textColumns(line) <= columns)
      }),
    )
  })
})
