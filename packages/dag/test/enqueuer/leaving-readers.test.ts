import { expect, it, vi } from 'vitest'
import { RunKeepers } from '../../src/enqueuer/run-keepers.ts'
import { workflowFrom } from '../run/workflows.ts'
import { TestBed } from './test-bed.ts'

it('lets a run go once its last reader has left', async () => {
  const kept = vi.spyOn(RunKeepers.prototype, 'of')
  const bed = new TestBed()
  const enqueuer = await bed.enqueuer({ schedule: false })
  for (let run = 0; run < 5; run++) {
    const { runId } = await enqueuer.startRun(workflowFrom({ a: '' }), { runId: `r${run}` })
    for await (const _ of enqueuer.watchRun(runId)) break
  }
  await bed.settle()
  const keepers = kept.mock.contexts[0] as RunKeepers
  kept.mockRestore()
  expect(keepers.runIds).toEqual([])
})
it('lets a run go when its last reader leaves after a while', async () => {
  const kept = vi.spyOn(RunKeepers.prototype, 'of')
  const bed = new TestBed()
  const enqueuer = await bed.enqueuer({ schedule: false })
  const { runId } = await enqueuer.startRun(workflowFrom({ a: '' }), { runId: 'r' })
  const updates = enqueuer.watchRun(runId)[Symbol.asyncIterator]()
  await updates.next()
  await bed.settle()
  const keepers = kept.mock.contexts[0] as RunKeepers
  expect(keepers.runIds).toEqual(['r'])
  await updates.return?.()
  kept.mockRestore()
  expect(keepers.runIds).toEqual([])
})
