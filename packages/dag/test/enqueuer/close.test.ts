import { expect, it } from 'vitest'
import { DependencyEnqueuer } from '../../src/enqueuer/dependency-enqueuer.ts'
import { workflowFrom } from '../run/workflows.ts'
import { interceptedBackend } from './intercepted-backend.ts'
import { TestBed } from './test-bed.ts'

it('leaves no timer when it is closed while it starts', async () => {
  const bed = new TestBed()
  const enqueuer = new DependencyEnqueuer({ backend: bed.backend, clock: bed.clock, onError: () => {} })
  const starting = enqueuer.start()
  await enqueuer.close()
  await starting.catch(() => {})
  await bed.settle()
  await bed.advance(10_000, 10)
  expect(bed.clock.timerCount).toBe(0)
})
it('hands over when it is closed while it starts', async () => {
  const bed = new TestBed()
  const gate = Promise.withResolvers<void>()
  const slow = interceptedBackend(bed.backend, async (method, call) => {
    if (method === 'workflows.claimScheduling') await gate.promise
    return call()
  })
  const enqueuer = new DependencyEnqueuer({ backend: slow, clock: bed.clock, onError: () => {} })
  const starting = enqueuer.start()
  await bed.settle()
  const closed = enqueuer.close()
  await bed.settle()
  gate.resolve()
  await closed
  await starting.catch(() => {})
  await bed.settle()
  expect(bed.clock.timerCount).toBe(0)
  expect(await bed.backend.workflows.claimScheduling('other', 1000)).not.toBeNull()
})
it('is started once by two calls at once', async () => {
  const bed = new TestBed()
  const enqueuer = new DependencyEnqueuer({ backend: bed.backend, clock: bed.clock, onError: () => {} })
  await Promise.all([enqueuer.start(), enqueuer.start()])
  await enqueuer.close()
  await bed.settle()
  await bed.advance(6000, 6)
  expect(await bed.backend.workflows.claimScheduling('other', 1000)).not.toBeNull()
})
it('stays idle when its turn comes while it closes', async () => {
  const bed = new TestBed()
  const active = await bed.enqueuer({ owner: 'active' })
  let gate: PromiseWithResolvers<void> | null = null
  let gateLoad: PromiseWithResolvers<void> | null = null
  const slow = interceptedBackend(bed.backend, async (method, call) => {
    if (method === 'workflows.claimScheduling' && gate) await gate.promise
    if (method === 'workflows.getRun' && gateLoad) await gateLoad.promise
    return call()
  })
  const standby = await bed.enqueuer({ owner: 'standby', backend: slow, monitor: {} })
  const { runId } = await standby.startRun(workflowFrom({ a: '' }))
  gate = Promise.withResolvers()
  gateLoad = Promise.withResolvers()
  void standby.cancelJob(runId, 'a').catch(() => {})
  await bed.clock.advance(5000)
  await bed.settle()
  await active.close()
  const closing = standby.close()
  await bed.settle()
  gate.resolve()
  await bed.settle()
  gateLoad.resolve()
  await closing
  await bed.settle()
  await bed.advance(60_000, 60)
  expect(bed.clock.timerCount).toBe(0)
  expect(await bed.backend.workflows.claimScheduling('other', 1000)).not.toBeNull()
})
it('hands over a turn that comes while it closes', async () => {
  const bed = new TestBed()
  const active = await bed.enqueuer({ owner: 'active' })
  let gate: PromiseWithResolvers<void> | null = null
  const slow = interceptedBackend(bed.backend, async (method, call) => {
    const result = await call()
    if (method === 'workflows.claimScheduling' && gate) await gate.promise
    return result
  })
  const standby = await bed.enqueuer({ owner: 'standby', backend: slow })
  gate = Promise.withResolvers()
  await active.close()
  await bed.clock.advance(5000)
  await bed.settle()
  const closing = standby.close()
  await bed.settle()
  gate.resolve()
  await closing
  expect(bed.clock.timerCount).toBe(0)
  expect(await bed.backend.workflows.claimScheduling('other', 1000)).not.toBeNull()
})
it('does not listen again when it is closed', async () => {
  const bed = new TestBed()
  const calls: string[] = []
  const backend = interceptedBackend(bed.backend, (method, call) => {
    calls.push(method)
    return call()
  })
  const enqueuer = await bed.enqueuer({ backend, monitor: {} })
  await bed.settle()
  calls.length = 0
  await enqueuer.close()
  await bed.settle()
  await bed.advance(60_000, 60)
  expect(calls).not.toContain('queue.subscribe')
})
it('does not report a call that finds the backend closed', async () => {
  const bed = new TestBed()
  const gate = Promise.withResolvers<void>()
  const slow = interceptedBackend(bed.backend, async (method, call) => {
    if (method === 'queue.reapExpiredLeases') await gate.promise
    return call()
  })
  const enqueuer = await bed.enqueuer({ backend: slow, monitor: {} })
  await enqueuer.close()
  await bed.backend.close()
  gate.resolve()
  await bed.settle()
  expect(bed.errors).toEqual([])
})
