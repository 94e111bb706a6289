import { describe, expect, it } from 'vitest'
import { formatExplanation } from '../../src/enqueuer/format-explanation.ts'
import { chainWorkflow, workflowFrom, workflowOf } from '../run/workflows.ts'
import { interceptedBackend } from './intercepted-backend.ts'
import { TestBed } from './test-bed.ts'

const NOW = '2030-01-01T00:00:00.000Z'

async function open(...args: Parameters<typeof workflowFrom>) {
  const bed = new TestBed()
  const enqueuer = await bed.enqueuer()
  await enqueuer.startRun(workflowFrom(...args), { runId: 'r' })
  const explain = async (jobId: string) => {
    const explanation = await enqueuer.explain('r', jobId)
    return { cause: explanation.cause, text: formatExplanation(explanation) }
  }
  return { bed, enqueuer, explain }
}

function registerWorker(bed: TestBed, workerId: string, labels: readonly string[], concurrency = 1): Promise<void> {
  return bed.backend.workers.register({ workerId, labels, concurrency, offlineAfterMs: 10_000 })
}

describe('explain', () => {
  it('names the jobs that a blocked one waits for', async () => {
    const { bed, explain } = await open({ a: '', b: '', c: '', d: '', e: 'a b c d' })
    await bed.complete('a')
    await bed.untilState('r', 'a', 'succeeded')
    expect(await explain('e')).toEqual({
      cause: {
        kind: 'blocked',
        count: 3,
        by: [
          { jobId: 'b', state: 'queued' },
          { jobId: 'c', state: 'queued' },
          { jobId: 'd', state: 'queued' },
        ],
      },
      text: '"e" waits for "b" (queued), "c" (queued) and "d" (queued).',
    })
  })

  it('says that no worker is online, or none has the labels', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    const jobs = [{ id: 'any' }, { id: 'gpu', labels: ['gpu', 'linux'] }]
    await enqueuer.startRun(workflowOf(jobs), { runId: 'r' })
    const text = async (jobId: string) => formatExplanation(await enqueuer.explain('r', jobId))
    expect(await text('any')).toBe('"any" waits for a worker: none is online.')
    expect(await text('gpu')).toBe('"gpu" waits for a worker with the labels gpu, linux: none is online.')
    await registerWorker(bed, 'w1', ['linux'])
    expect(await text('gpu')).toBe(
      '"gpu" waits for a worker with the labels gpu, linux: none of the 1 online has the label gpu.',
    )
    await registerWorker(bed, 'w2', ['gpu'])
    expect(await text('gpu')).toBe(
      '"gpu" waits for a worker with the labels gpu, linux: none of the 2 online has all of them.',
    )
    expect((await enqueuer.explain('r', 'gpu')).cause).toEqual({
      kind: 'noWorker',
      requiredLabels: ['gpu', 'linux'],
      missingLabels: [],
      workersOnline: 2,
    })
    await bed.advance(11_000)
    expect(await text('any')).toBe('"any" waits for a worker: none is online.')
  })

  it('counts what is before a waiting job, and the workers that could run it', async () => {
    const { bed, explain } = await open({ a: '', b: '', c: '', d: '' })
    await registerWorker(bed, 'hand', [])
    const { job, lease } = await bed.claim('a')
    await bed.backend.workers.heartbeat('hand', [{ workflowId: job.workflowId, jobId: job.jobId }])
    expect(await explain('d')).toEqual({
      cause: { kind: 'waiting', ahead: 2, running: 1, workers: 1, busyWorkers: 1 },
      text: '"d" waits behind 2 jobs to be claimed; the only worker that could run it is busy.',
    })
    await registerWorker(bed, 'other', [], 2)
    expect((await explain('b')).text).toBe('"b" is the next to be claimed; 1 job of its labels runs.')
    await bed.backend.queue.complete(lease.leaseId, {})
  })

  it('tells since when and where a job runs, though the run has not noted it yet', async () => {
    const { bed, explain } = await open({ a: '' })
    await bed.claim('a')
    expect(await explain('a')).toEqual({
      cause: {
        kind: 'running',
        attempt: 0,
        workerId: 'hand',
        since: bed.clock.now(),
        leaseExpiresAt: bed.clock.now() + 60_000,
      },
      text: `"a" runs on worker "hand" since ${NOW}, attempt 1.`,
    })
  })

  it('tells when a job is tried again, and why', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    const retryPolicy = { maxRetries: 1, backoff: { kind: 'fixed', delayMs: 60_000 } } as const
    await enqueuer.startRun(workflowOf([{ id: 'a', retryPolicy }]), { runId: 'r' })
    const { lease } = await bed.claim('a')
    await bed.backend.queue.fail(lease.leaseId, { message: 'no luck.\nat all', exitCode: 3 }, { retryable: true })
    const explanation = await enqueuer.explain('r', 'a')
    expect(explanation.cause).toMatchObject({ kind: 'delayed', until: bed.clock.now() + 60_000, attempt: 1 })
    expect(formatExplanation(explanation)).toBe(
      '"a" is tried again at 2030-01-01T00:01:00.000Z: attempt 1 failed with exit code 3: no luck.',
    )
  })

  it('says that a job is on its way to the queue, or back from it', async () => {
    const bed = new TestBed()
    let isLost = true
    const backend = interceptedBackend(bed.backend, async (method, call) => {
      if (isLost && method === 'queue.enqueueMany') throw new Error('lost')
      return call()
    })
    const enqueuer = await bed.enqueuer({ backend, schedule: false })
    await expect(enqueuer.startRun(workflowFrom({ a: '' }), { runId: 'r' })).rejects.toThrow('lost')
    expect(formatExplanation(await enqueuer.explain('r', 'a'))).toBe(
      '"a" is about to be enqueued; if this lasts, no scheduler is active or the queue cannot be reached.',
    )
    isLost = false
    await enqueuer.startRun(workflowFrom({ a: '' }), { runId: 'r' })
    await bed.complete('a')
    const explanation = await enqueuer.explain('r', 'a')
    expect(explanation).toMatchObject({ state: 'queued', cause: { kind: 'unrecorded', queueState: 'completed' } })
    expect(formatExplanation(explanation)).toBe(
      '"a" has completed, but the run has not taken note; if this lasts, no scheduler is active.',
    )
  })

  it('tells how a job ended', async () => {
    const { bed, enqueuer, explain } = await open({ good: '', bad: '', single: '' })
    await bed.complete('good')
    await bed.fail('bad')
    await enqueuer.cancelJob('r', 'single')
    await enqueuer.waitForRun('r')
    expect((await explain('good')).text).toBe(`"good" succeeded at ${NOW}.`)
    expect((await explain('bad')).text).toBe(`"bad" failed at ${NOW}: bad broke.`)
    expect((await explain('single')).text).toBe(`"single" was cancelled at ${NOW}.`)
  })

  it('follows a skipped job to the one at the root of it', async () => {
    const { bed, enqueuer, explain } = await open({ a: '', b: 'a', c: 'b', d: 'c' })
    await bed.fail('a')
    await enqueuer.waitForRun('r')
    expect((await explain('b')).text).toBe('"b" was skipped because "a" failed: a broke.')
    expect(await explain('d')).toEqual({
      cause: {
        kind: 'skipped',
        reason: { kind: 'dependency', because: 'a' },
        root: { jobId: 'a', state: 'failed', failure: { message: 'a broke' } },
        via: [
          { jobId: 'c', state: 'skipped' },
          { jobId: 'b', state: 'skipped' },
        ],
      },
      text: '"d" was skipped because "a" failed, by way of "c": a broke.',
    })
  })

  it('names a bounded part of a long way to the root', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await enqueuer.startRun(chainWorkflow(1000), { runId: 'r' })
    await bed.fail('c0')
    await enqueuer.waitForRun('r')
    const explanation = await enqueuer.explain('r', 'c999')
    expect(explanation.cause).toMatchObject({ kind: 'skipped', via: { length: 20 } })
    expect(formatExplanation(explanation)).toBe('"c999" was skipped because "c0" failed, by way of "c998": c0 broke.')
  })

  it('tells a skip by condition, by a cancelled job, by the end of a run that fails fast', async () => {
    const { bed, enqueuer, explain } = await open({ a: '', alarm: 'a', b: '', c: 'b' }, { alarm: 'failure' })
    await bed.complete('a')
    await enqueuer.cancelJob('r', 'b')
    await enqueuer.waitForRun('r')
    const condition = 'because it runs only after a failure, and nothing that it needs failed'
    expect((await explain('alarm')).text).toBe(`"alarm" was skipped ${condition}.`)
    expect((await explain('c')).text).toBe('"c" was skipped because "b" was cancelled.')

    const fast = await open({ a: '', b: '', c: 'b' }, {}, { failFast: true })
    await fast.bed.fail('a')
    await fast.enqueuer.waitForRun('r')
    expect((await fast.explain('b')).text).toBe(`"b" was cancelled at ${NOW} because "a" failed, which stops the run.`)
    expect((await fast.explain('c')).text).toBe('"c" was skipped because "a" failed, which stops the run.')
  })

  it('tells a cancelled run, and one that is being cancelled', async () => {
    const { bed, enqueuer, explain } = await open({ a: '', b: 'a' })
    const [job] = (await bed.backend.workflows.loadRun('r'))?.jobs ?? []
    await enqueuer.close()
    const marked = { jobId: 'a', state: 'queued', runAttempt: 1, ...job, reason: { kind: 'runCancelled' } } as const
    await bed.backend.workflows.commitRun('r', 1, { jobs: [marked] })
    const asker = await bed.enqueuer({ schedule: false })
    expect(formatExplanation(await asker.explain('r', 'a'))).toBe('"a" is being cancelled with its run.')
    await asker.cancelRun('r')
    expect(formatExplanation(await asker.explain('r', 'a'))).toBe(`"a" was cancelled at ${NOW} with its run.`)
    expect(formatExplanation(await asker.explain('r', 'b'))).toBe('"b" was cancelled with its run.')
    await expect(explain('a')).rejects.toMatchObject({ code: 'ENQUEUER_CLOSED' })
  })

  it('suggests a job for one that is not there', async () => {
    const { enqueuer } = await open({ compile: '' })
    await expect(enqueuer.explain('r', 'compil')).rejects.toThrow('there is no job "compil"; did you mean "compile"?')
  })
})
