import { describe, expect, it } from 'vitest'
import { layeredWorkflow, workflowFrom } from '../run/workflows.ts'
import { alwaysScheduling, forgetfulBackend, interceptedBackend, MortalProcess } from './intercepted-backend.ts'
import { checkClaims, ENDED, WORK, WORKFLOW } from './mixed-run.ts'
import { TestBed } from './test-bed.ts'

describe('several processes', () => {
  it('redo what others were quicker to commit', async () => {
    const bed = new TestBed()
    let conflicts = 0
    const backend = interceptedBackend(bed.backend, async (method, call, args) => {
      const [runId, version] = args as [string, number]
      if (method === 'workflows.commitRun' && conflicts++ % 2 === 0)
        await bed.backend.workflows.commitRun(runId, version, {})
      return call()
    })
    const enqueuer = await bed.enqueuer({ backend })
    bed.workers(WORK)
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    await enqueuer.waitForRun('r')
    expect(conflicts).toBeGreaterThan(5)
    expect(await bed.states('r')).toEqual(ENDED)
    await checkClaims(bed)
    expect(bed.errors).toEqual([])
  })

  it('do no harm when two are the active scheduler by mistake', async () => {
    const bed = new TestBed()
    const mistaken = alwaysScheduling(bed.backend, bed)
    const enqueuers = [await bed.enqueuer({ backend: mistaken }), await bed.enqueuer({ backend: mistaken })]
    expect(enqueuers.map(({ isScheduling }) => isScheduling)).toEqual([true, true])
    bed.workers(WORK)
    for (const [index, enqueuer] of enqueuers.entries()) {
      await enqueuer.startRun(index === 0 ? WORKFLOW : layeredWorkflow(5, 20), { runId: index === 0 ? 'r' : 'layers' })
    }
    for (const enqueuer of enqueuers) {
      expect((await enqueuer.waitForRun('r')).status).toBe('failed')
      expect((await enqueuer.waitForRun('layers')).counts.succeeded).toBe(100)
    }
    expect(await bed.states('r')).toEqual(ENDED)
    const names = bed.claims.map(({ job }) => `${job.workflowId} ${job.jobId}`)
    expect(new Set(names).size).toBe(names.length)
    expect(bed.errors).toEqual([])
  })

  it('change a run behind the back of the active scheduler, which finds out when it hears of it', async () => {
    const bed = new TestBed()
    const deaf = forgetfulBackend(bed.backend, (event) => event.kind === 'gap' || event.jobId !== 'a')
    const active = await bed.enqueuer({ backend: deaf })
    await active.startRun(WORKFLOW, { runId: 'r' })
    const other = await bed.enqueuer({ backend: alwaysScheduling(bed.backend, bed) })
    await bed.complete('a', { of: 'a' })
    await bed.untilState('r', 'b', 'queued')
    await bed.settle()
    await other.close()
    await bed.complete('b', { of: 'b' })
    await bed.complete('c', { of: 'c' })
    await bed.untilState('r', 'd', 'queued')
  })

  it('leave half done what the active scheduler completes at its next look', async () => {
    const bed = new TestBed()
    const active = await bed.enqueuer()
    await active.startRun(workflowFrom({ a: '', b: 'a', clean: 'b' }, { clean: 'always' }), { runId: 'r' })
    const mortal = new MortalProcess(bed.backend, 'queue.enqueueMany', false)
    const client = await bed.enqueuer({ backend: mortal.backend, schedule: false })
    void client.cancelJob('r', 'b')
    await mortal.died
    await bed.advance(30_000, 3)
    expect((await bed.backend.queue.getJob('r', 'clean'))?.state).toBe('waiting')
  })

  it('tell those who watch a run what others changed in it', async () => {
    const bed = new TestBed()
    const active = await bed.enqueuer()
    const client = await bed.enqueuer({ schedule: false })
    await active.startRun(workflowFrom({ a: '', b: 'a', c: 'b' }), { runId: 'r' })
    const states: Record<string, string> = {}
    const watching = (async () => {
      for await (const { jobs } of active.watchRun('r')) for (const { jobId, state } of jobs) states[jobId] = state
    })()
    await bed.settle()
    await client.cancelJob('r', 'b')
    await bed.complete('a')
    await watching
    expect(states).toEqual({ a: 'succeeded', b: 'cancelled', c: 'skipped' })
  })

  it('go on telling those who watch a run when another takes over', async () => {
    const bed = new TestBed()
    let isCutOff = false
    const backend = interceptedBackend(bed.backend, async (method, call) => {
      return isCutOff && method === 'workflows.claimScheduling' ? null : call()
    })
    const first = await bed.enqueuer({ backend })
    const second = await bed.enqueuer()
    await first.startRun(WORKFLOW, { runId: 'r' })
    const waiting = first.waitForRun('r')
    await bed.settle()
    isCutOff = true
    await bed.advance(25_000, 5)
    expect([first.isScheduling, second.isScheduling]).toEqual([false, true])
    bed.workers(WORK)
    expect((await bed.whileTimePasses(waiting)).status).toBe('failed')
  })

  it('let a standby take over from one that closes, within a third of its turn', async () => {
    const bed = new TestBed()
    const active = await bed.enqueuer({ schedulingTtlMs: 9000 })
    const standby = await bed.enqueuer({ schedulingTtlMs: 9000 })
    await active.startRun(WORKFLOW, { runId: 'r' })
    expect([active.isScheduling, standby.isScheduling]).toEqual([true, false])
    await active.close()
    await bed.complete('a', { of: 'a' })
    await bed.advance(3000)
    expect(standby.isScheduling).toBe(true)
    bed.workers(WORK)
    expect((await standby.waitForRun('r')).status).toBe('failed')
    expect(await bed.states('r')).toEqual(ENDED)
  })

  it('let a standby take over from one that died, when its turn has passed', async () => {
    const bed = new TestBed()
    const mortal = new MortalProcess(bed.backend, Number.POSITIVE_INFINITY, false)
    const active = await bed.enqueuer({ backend: mortal.backend, schedulingTtlMs: 9000 })
    const standby = await bed.enqueuer({ schedulingTtlMs: 9000 })
    await active.startRun(WORKFLOW, { runId: 'r' })
    mortal.kill()
    bed.workers(WORK)
    const waiting = standby.waitForRun('r')
    await bed.advance(6000, 6)
    expect(standby.isScheduling).toBe(false)
    await bed.advance(6000, 6)
    expect(standby.isScheduling).toBe(true)
    expect((await bed.whileTimePasses(waiting)).status).toBe('failed')
    await checkClaims(bed)
  })

  it('let the active scheduler learn of runs that others start', async () => {
    const bed = new TestBed()
    const active = await bed.enqueuer()
    const other = await bed.enqueuer({ schedule: false })
    bed.workers(WORK)
    await other.startRun(WORKFLOW, { runId: 'r' })
    expect((await bed.whileTimePasses(other.waitForRun('r'))).status).toBe('failed')
    expect(active.isScheduling).toBe(true)
    expect(await bed.states('r')).toEqual(ENDED)
  })

  it('let the active scheduler find a run whose starter died before it told anybody', async () => {
    const bed = new TestBed()
    const active = await bed.enqueuer()
    const mortal = new MortalProcess(bed.backend, 1, true)
    const starter = await bed.enqueuer({ backend: mortal.backend, schedule: false })
    void starter.startRun(WORKFLOW, { runId: 'r' }).catch(() => {})
    await mortal.died
    bed.workers(WORK)
    await bed.advance(30_000, 3)
    expect((await active.waitForRun('r')).status).toBe('failed')
  })
})
