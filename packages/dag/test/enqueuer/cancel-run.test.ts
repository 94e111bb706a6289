import { describe, expect, it } from 'vitest'
import { workflowFrom, workflowOf } from '../run/workflows.ts'
import { interceptedBackend } from './intercepted-backend.ts'
import { TestBed } from './test-bed.ts'

const WORKFLOW = workflowFrom({ a: '', b: '', c: 'a', last: 'c' }, { last: 'always' })

describe.each([
  ['the active scheduler', true],
  ['a process that does not schedule', false],
])('cancelRun, called on %s', (_, onActive) => {
  async function open() {
    const bed = new TestBed()
    const active = await bed.enqueuer()
    const caller = onActive ? active : await bed.enqueuer({ schedule: false })
    await caller.startRun(WORKFLOW, { runId: 'r' })
    return { bed, active, caller }
  }

  it('ends what is blocked, queued and running, and also what always runs', async () => {
    const { bed, active, caller } = await open()
    const { lease } = await bed.claim('a')
    const cancelled = await caller.cancelRun('r')
    expect(cancelled).toMatchObject({ status: 'cancelled', counts: { cancelled: 4 }, finishedAt: bed.clock.now() })
    for (const job of Object.values(await bed.jobs('r'))) expect(job.reason).toEqual({ kind: 'runCancelled' })
    await expect(bed.backend.queue.complete(lease.leaseId, {})).rejects.toMatchObject({ code: 'JOB_CANCELLED' })
    expect(await active.waitForRun('r')).toEqual(cancelled)
    expect(await bed.backend.queue.claim({ workerId: 'w', labels: [], leaseTtlMs: 1000 })).toBeNull()
  })

  it('leaves a job that ended before as it is, and a run that ended alone', async () => {
    const { bed, active, caller } = await open()
    await bed.complete('a')
    const first = await caller.cancelRun('r')
    expect((await bed.states('r')).a).toBe('succeeded')
    expect(first.status).toBe('cancelled')
    await bed.settle()
    expect(await active.cancelRun('r')).toEqual(first)
    expect(await caller.cancelRun('r')).toEqual(first)
  })
})

describe('cancelRun', () => {
  it('reads what was cancelled in pages, not job by job', async () => {
    const bed = new TestBed()
    const calls = new Map<string, number>()
    const backend = interceptedBackend(bed.backend, (method, call) => {
      calls.set(method, (calls.get(method) ?? 0) + 1)
      return call()
    })
    const enqueuer = await bed.enqueuer({ backend })
    await enqueuer.startRun(workflowOf(Array.from({ length: 3000 }, (_, n) => ({ id: `j${n}` }))), { runId: 'r' })
    expect((await enqueuer.cancelRun('r')).counts.cancelled).toBe(3000)
    expect(calls.get('queue.listJobs')).toBeLessThan(10)
    expect(calls.get('queue.getJob') ?? 0).toBe(0)
    await bed.settle()
    expect(calls.get('workflows.loadRun')).toBe(1)
  })

  it('is what follows when somebody cancels the workflow in the queue', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await enqueuer.startRun(workflowFrom({ a: '', b: '', c: 'b' }, { c: 'always' }), { runId: 'r' })
    await bed.backend.queue.cancelWorkflow('r')
    expect((await enqueuer.waitForRun('r')).counts.cancelled).toBe(3)
    expect((await bed.jobs('r')).c?.reason).toEqual({ kind: 'runCancelled' })
  })
})

describe('cancelJob', () => {
  it('ends a queued job, and skips what needs it', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    expect(await enqueuer.cancelJob('r', 'a')).toMatchObject({ jobId: 'a', state: 'cancelled' })
    expect((await bed.jobs('r')).c).toMatchObject({ state: 'skipped', reason: { kind: 'dependency', because: 'a' } })
    await bed.complete('b')
    await bed.complete('last')
    expect((await enqueuer.waitForRun('r')).status).toBe('cancelled')
  })

  it('ends a running job, whose worker learns of it', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    const { lease } = await bed.claim('a')
    expect(await enqueuer.cancelJob('r', 'a')).toMatchObject({ state: 'cancelled', attempt: 0 })
    await expect(bed.backend.queue.renewLease(lease.leaseId, 1000)).rejects.toMatchObject({ code: 'JOB_CANCELLED' })
  })

  it('ends a blocked job before it ever reaches the queue', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    expect(await enqueuer.cancelJob('r', 'c')).toEqual({ jobId: 'c', state: 'cancelled', runAttempt: 1 })
    await bed.complete('a')
    await bed.complete('b')
    await bed.complete('last')
    expect((await enqueuer.waitForRun('r')).status).toBe('cancelled')
    expect(await bed.backend.queue.getJob('r', 'c')).toBeNull()
  })

  it('leaves a job that has ended as it is, even when the run does not know yet', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    await bed.complete('a')
    expect(await enqueuer.cancelJob('r', 'a')).toMatchObject({ state: 'succeeded' })
    await bed.fail('b')
    await bed.untilState('r', 'b', 'failed')
    expect(await enqueuer.cancelJob('r', 'b')).toMatchObject({ state: 'failed' })
  })

  it('ends a job that is to be enqueued before it is', async () => {
    const bed = new TestBed()
    let isOpen = false
    const backend = interceptedBackend(bed.backend, async (method, call) => {
      if (method !== 'queue.enqueueMany' || isOpen) return call()
      throw new Error('lost')
    })
    const enqueuer = await bed.enqueuer({ backend, schedule: false })
    await expect(enqueuer.startRun(WORKFLOW, { runId: 'r' })).rejects.toThrow('lost')
    isOpen = true
    expect(await enqueuer.cancelJob('r', 'a')).toMatchObject({ state: 'cancelled' })
    const other = await bed.enqueuer()
    bed.workers()
    expect((await other.waitForRun('r')).counts).toMatchObject({ cancelled: 1, skipped: 1, succeeded: 2 })
  })

  it('suggests a job for one that is not there', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await enqueuer.startRun(workflowFrom({ compile: '' }), { runId: 'r' })
    const call = enqueuer.cancelJob('r', 'complie')
    await expect(call).rejects.toMatchObject({ code: 'UNKNOWN_JOB' })
    await expect(call).rejects.toThrow('there is no job "complie"; did you mean "compile"?')
  })
})
