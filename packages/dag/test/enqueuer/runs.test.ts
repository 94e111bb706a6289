import { describe, expect, it } from 'vitest'
import { DependencyEnqueuer } from '../../src/enqueuer/dependency-enqueuer.ts'
import { fanWorkflow, workflowFrom, workflowOf } from '../run/workflows.ts'
import { interceptedBackend } from './intercepted-backend.ts'
import { TestBed } from './test-bed.ts'

const DIAMOND = workflowFrom({ a: '', b: 'a', c: 'a', d: 'b c' })

describe('startRun', () => {
  it('runs a workflow to its end, each job after what it needs', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    bed.workers()
    const started = await enqueuer.startRun(DIAMOND)
    expect(started).toMatchObject({ name: 'test', status: 'running', attempt: 1, createdAt: bed.clock.now() })
    const ended = await enqueuer.waitForRun(started.runId)
    expect(ended).toMatchObject({ runId: started.runId, status: 'succeeded', finishedAt: bed.clock.now() })
    expect(ended.counts).toMatchObject({ succeeded: 4, blocked: 0, queued: 0, running: 0 })
    const order = bed.claims.map(({ job }) => job.jobId)
    expect([order[0], order.slice(1, 3).sort(), order[3]]).toEqual(['a', ['b', 'c'], 'd'])
    expect(bed.errors).toEqual([])
  })

  it('gives a job to the queue as the workflow describes it', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    const retryPolicy = { maxRetries: 2, backoff: { kind: 'fixed', delayMs: 10 } } as const
    const job = { command: 'do it', payload: { n: 1 }, labels: ['gpu'], priority: 7, retryPolicy, timeoutMs: 5000 }
    await enqueuer.startRun(workflowOf([{ id: 'a', ...job }]), { runId: 'r' })
    const { labels, ...same } = job
    const record = await bed.backend.queue.getJob('r', 'a')
    expect(record?.job).toEqual({ workflowId: 'r', jobId: 'a', requiredLabels: labels, delayMs: 0, ...same })
  })

  it('hands each job the outputs of its direct dependencies, and leaves out those without', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    bed.workers(({ job }) => (job.jobId === 'b' ? {} : { from: job.jobId }))
    const { runId } = await enqueuer.startRun(DIAMOND)
    await enqueuer.waitForRun(runId)
    const upstream = new Map(bed.claims.map(({ job }) => [job.jobId, job.upstreamOutputs]))
    expect(upstream.get('a')).toBeUndefined()
    expect(upstream.get('c')).toEqual({ a: { from: 'a' } })
    expect(upstream.get('d')).toEqual({ c: { from: 'c' } })
    expect((await bed.jobs(runId)).d?.outputs).toEqual({ from: 'd' })
  })

  it('starts a run once, however often and from wherever it is started', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    const other = await bed.enqueuer({ schedule: false })
    const [first, second, third] = await Promise.all([
      enqueuer.startRun(DIAMOND, { runId: 'r' }),
      enqueuer.startRun(workflowFrom({ x: '' }), { runId: 'r' }),
      other.startRun(DIAMOND, { runId: 'r' }),
    ])
    expect(second).toEqual(first)
    expect(third).toEqual(first)
    bed.workers()
    await enqueuer.waitForRun('r')
    expect(bed.claims).toHaveLength(4)
    expect(await enqueuer.startRun(DIAMOND, { runId: 'r' })).toMatchObject({ status: 'succeeded' })
  })

  it('ends a run whose jobs are all skipped at once', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    const run = await enqueuer.startRun(workflowFrom({ a: '', b: 'a' }, { a: 'failure' }))
    expect(run).toMatchObject({ status: 'succeeded', counts: { skipped: 2 }, finishedAt: bed.clock.now() })
  })

  it('refuses a workflow that is not valid, and ids that name no run', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await expect(enqueuer.startRun(workflowFrom({ a: 'b', b: 'a' }))).rejects.toThrow('cycle')
    await expect(enqueuer.startRun(DIAMOND, { runId: 'r~2' })).rejects.toThrow('runId must not end in "~" and digits')
    await expect(enqueuer.startRun(DIAMOND, { runId: 'x'.repeat(250) })).rejects.toThrow('at most 245 characters')
    expect((await bed.backend.workflows.listRuns()).runs).toEqual([])
  })

  it('is not affected by what the caller does to the workflow afterwards', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    const workflow = structuredClone(DIAMOND)
    await enqueuer.startRun(workflow, { runId: 'r' })
    Object.assign(workflow.jobs, { length: 1 })
    bed.workers()
    expect((await enqueuer.waitForRun('r')).counts.succeeded).toBe(4)
    await enqueuer.startRun(workflow, { runId: 's' })
    expect((await enqueuer.waitForRun('s')).counts.succeeded).toBe(1)
  })

  it('refuses a transaction that the backend cannot take part in', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    const started = enqueuer.startRun(DIAMOND, { runId: 'r', transaction: {} as never })
    await expect(started).rejects.toMatchObject({ code: 'VALIDATION', field: 'transaction' })
    expect(await bed.backend.workflows.getRun('r')).toBeNull()
  })
})

describe('a running run', () => {
  it('shows who runs a job, and that it waits for its next attempt', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    const retryPolicy = { maxRetries: 1, backoff: { kind: 'fixed', delayMs: 5000 } } as const
    const { runId } = await enqueuer.startRun(workflowOf([{ id: 'a', retryPolicy }]))
    const startedAt = bed.clock.now()
    const { lease } = await bed.claim('a')
    await bed.advance(150)
    expect((await bed.jobs(runId)).a).toMatchObject({ state: 'running', workerId: 'hand', attempt: 0, startedAt })
    await bed.backend.queue.fail(lease.leaseId, { message: 'flaky' }, { retryable: true })
    await bed.advance(150)
    expect((await bed.jobs(runId)).a).toMatchObject({ state: 'queued', attempt: 1, failure: { message: 'flaky' } })
    await bed.advance(5000)
    await bed.complete('a', { k: 'v' })
    const ended = await enqueuer.waitForRun(runId)
    expect(ended.status).toBe('succeeded')
    expect((await bed.jobs(runId)).a).toMatchObject({ state: 'succeeded', attempt: 1, outputs: { k: 'v' } })
  })

  it('fails a job whose lease expires without a retry left, and skips what needs it', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    const { runId } = await enqueuer.startRun(workflowFrom({ a: '', b: 'a', c: 'b' }, { c: 'failure' }))
    await bed.claim('a')
    await bed.advance(61_000, 10)
    await bed.complete('c')
    expect((await enqueuer.waitForRun(runId)).status).toBe('failed')
    const jobs = await bed.jobs(runId)
    expect(jobs.a).toMatchObject({ state: 'failed', failure: { message: expect.stringContaining('expired') } })
    expect(jobs.b?.reason).toEqual({ kind: 'dependency', because: 'a' })
    expect(jobs.c?.state).toBe('succeeded')
  })

  it('stops the rest when it fails fast, and takes the queue for the truth about a job that ended first', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    const needs = { a: '', b: '', c: '', after: 'c', clean: 'a b c' }
    const { runId } = await enqueuer.startRun(workflowFrom(needs, { clean: 'always' }, { failFast: true }))
    const [a, b] = [await bed.claim('a'), await bed.claim('b')]
    await bed.backend.queue.complete(b.lease.leaseId, {})
    await bed.backend.queue.fail(a.lease.leaseId, { message: 'no' }, { retryable: true })
    await bed.untilState(runId, 'clean', 'queued')
    expect(await bed.states(runId)).toEqual({
      a: 'failed',
      b: 'succeeded',
      c: 'cancelled',
      after: 'skipped',
      clean: 'queued',
    })
    expect((await bed.jobs(runId)).c?.reason).toEqual({ kind: 'failFast', because: 'a' })
    await bed.complete('clean')
    expect((await enqueuer.waitForRun(runId)).status).toBe('failed')
  })

  it('fails a job that the queue refuses, and says why', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    const sources = Array.from({ length: 5 }, (_, n) => `s${n}`)
    const jobs = [...sources.map((id) => ({ id })), { id: 'join', needs: sources }, { id: 'last', needs: ['join'] }]
    bed.workers(() => ({ big: 'x'.repeat(250 * 1024) }))
    const { runId } = await enqueuer.startRun(workflowOf(jobs))
    expect((await enqueuer.waitForRun(runId)).status).toBe('failed')
    const { join, last } = await bed.jobs(runId)
    expect(join?.failure?.message).toMatch(
      /^the queue refused the job: job must take at most 1048576 bytes as JSON, not \d+$/,
    )
    expect(last?.reason).toEqual({ kind: 'dependency', because: 'join' })
    expect(bed.errors).toEqual([])
  })

  it('is independent of other runs with the same job ids', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    bed.workers(({ job }) => (job.workflowId === 'bad' ? { failure: { message: 'no' } } : undefined))
    const runs = ['good', 'bad', 'fine'].map((runId) => enqueuer.startRun(DIAMOND, { runId }))
    await Promise.all(runs)
    const ends = await Promise.all(['good', 'bad', 'fine'].map((runId) => enqueuer.waitForRun(runId)))
    expect(ends.map(({ status }) => status)).toEqual(['succeeded', 'failed', 'succeeded'])
  })

  it('is not disturbed by jobs in the queue that are of no run, or of no job of the run', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    bed.workers()
    await bed.backend.queue.enqueue({ workflowId: 'elsewhere', jobId: 'a', command: 'x' })
    await bed.backend.queue.enqueue({ workflowId: 'r', jobId: 'stranger', command: 'x' })
    await enqueuer.startRun(DIAMOND, { runId: 'r' })
    expect((await enqueuer.waitForRun('r')).status).toBe('succeeded')
    expect(bed.errors).toEqual([])
  })
})

describe('a run that has ended', () => {
  it('is let go, and not loaded again for what is still heard of it', async () => {
    const bed = new TestBed()
    const calls: string[] = []
    const backend = interceptedBackend(bed.backend, async (method, call) => {
      calls.push(method)
      return call()
    })
    const enqueuer = await bed.enqueuer({ backend })
    await enqueuer.startRun(DIAMOND, { runId: 'r' })
    bed.workers()
    await enqueuer.waitForRun('r')
    await bed.settle()
    const loads = () => calls.filter((method) => method === 'workflows.loadRun').length
    expect(loads()).toBe(1)
    for (const jobId of ['late', 'later']) {
      await bed.backend.queue.enqueue({ workflowId: 'r', jobId, command: 'x' })
      await bed.backend.queue.enqueue({ workflowId: 'no run at all', jobId, command: 'x' })
      await bed.advance(500)
    }
    expect(bed.claims).toHaveLength(8)
    expect(loads()).toBe(2)
    expect(bed.errors).toEqual([])
  })
})

describe('wide workflows', () => {
  it.each([2000, 50_000])('end with every job final: %d jobs between two', { timeout: 60_000 }, async (width) => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    bed.workers(({ job }) => ({ n: String(job.jobId.length) }), 10)
    const { runId } = await enqueuer.startRun(fanWorkflow(width))
    const ended = await enqueuer.waitForRun(runId)
    expect(ended).toMatchObject({ status: 'succeeded', counts: { succeeded: width + 2 } })
    const sink = bed.claims.at(-1)?.job
    expect(sink?.jobId).toBe('sink')
    expect(Object.keys(sink?.upstreamOutputs ?? {})).toHaveLength(width)
  })
})

describe('the life of an enqueuer', () => {
  it('refuses calls before it is started and after it is closed', async () => {
    const bed = new TestBed()
    const enqueuer = new DependencyEnqueuer({ backend: bed.backend, clock: bed.clock })
    await expect(enqueuer.startRun(DIAMOND)).rejects.toMatchObject({ code: 'ENQUEUER_NOT_STARTED' })
    await enqueuer.start()
    await enqueuer.start()
    await enqueuer.close()
    await enqueuer.close()
    await expect(enqueuer.startRun(DIAMOND)).rejects.toMatchObject({ code: 'ENQUEUER_CLOSED' })
    await expect(enqueuer.start()).rejects.toMatchObject({ code: 'ENQUEUER_CLOSED' })
    expect(() => enqueuer.watchRun('r')).toThrow('the enqueuer is closed')
  })

  it('refuses what is no id once, and does not look for such a run again and again', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await expect(enqueuer.cancelRun('\n')).rejects.toMatchObject({ code: 'VALIDATION', field: 'runId' })
    await expect(enqueuer.waitForRun('')).rejects.toMatchObject({ code: 'VALIDATION', field: 'runId' })
    await bed.settle()
    expect(bed.errors).toEqual([])
  })

  it('leaves no timer behind, whatever was under way', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await enqueuer.startRun(DIAMOND, { runId: 'r' })
    await bed.claim('a')
    const waiting = enqueuer.waitForRun('r')
    const isRejected = expect(waiting).rejects.toMatchObject({ code: 'ENQUEUER_CLOSED' })
    await bed.settle()
    await enqueuer.close()
    await isRejected
    expect(bed.clock.timerCount).toBe(0)
  })

  it('rejects where a run is not there', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    for (const call of [
      enqueuer.waitForRun('nope'),
      enqueuer.cancelRun('nope'),
      enqueuer.cancelJob('nope', 'a'),
      enqueuer.retryRun('nope'),
      enqueuer.explain('nope', 'a'),
    ])
      await expect(call).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
    expect(bed.errors).toEqual([])
  })

  it('takes options only within their limits', () => {
    const { backend } = new TestBed()
    expect(() => new DependencyEnqueuer({ backend, schedulingTtlMs: 0 })).toThrow('schedulingTtlMs must be')
    expect(() => new DependencyEnqueuer({ backend, reconcileIntervalMs: 1.5 })).toThrow('reconcileIntervalMs must be')
    expect(() => new DependencyEnqueuer({ backend, owner: '' })).toThrow('owner must be')
  })
})
