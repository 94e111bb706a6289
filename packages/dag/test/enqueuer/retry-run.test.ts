import { BackendUnavailableError } from '@sluice/core'
import { describe, expect, it } from 'vitest'
import { workflowFrom } from '../run/workflows.ts'
import { interceptedBackend } from './intercepted-backend.ts'
import { TestBed } from './test-bed.ts'

const WORKFLOW = workflowFrom({ a: '', b: 'a', c: 'b', d: 'a' })

describe('retryRun', () => {
  it('runs again what failed and what that had skipped, with the outputs of the rest', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    const isBroken = { value: true }
    bed.workers(({ job }) => {
      if (job.jobId === 'b' && isBroken.value) return { failure: { message: 'no' } }
      return { from: job.jobId }
    })
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    const first = await enqueuer.waitForRun('r')
    expect(first).toMatchObject({ status: 'failed', counts: { succeeded: 2, failed: 1, skipped: 1 } })

    isBroken.value = false
    const retried = await enqueuer.retryRun('r')
    expect(retried).toMatchObject({ status: 'running', attempt: 2, counts: { queued: 1, blocked: 1 } })
    expect(retried.finishedAt).toBeUndefined()
    expect(await enqueuer.waitForRun('r')).toMatchObject({ status: 'succeeded', attempt: 2 })
    const again = bed.claims.slice(3).map(({ job }) => [job.workflowId, job.jobId, job.upstreamOutputs])
    expect(again).toEqual([
      ['r~2', 'b', { a: { from: 'a' } }],
      ['r~2', 'c', { b: { from: 'b' } }],
    ])
    expect(Object.values(await bed.jobs('r')).map(({ runAttempt }) => runAttempt)).toEqual([1, 2, 2, 1])
  })

  it('runs a job and everything after it again, and again', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    bed.workers()
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    await enqueuer.waitForRun('r')
    for (const attempt of [2, 3]) {
      expect(await enqueuer.retryRun('r', { from: 'b' })).toMatchObject({ attempt, counts: { succeeded: 2 } })
      expect(await enqueuer.waitForRun('r')).toMatchObject({ attempt, status: 'succeeded' })
    }
    expect(bed.claims.map(({ job }) => `${job.workflowId} ${job.jobId}`).slice(4)).toEqual([
      'r~2 b',
      'r~2 c',
      'r~3 b',
      'r~3 c',
    ])
  })

  it('takes up a cancelled run where it was', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    await bed.complete('a', { k: 'v' })
    await bed.untilState('r', 'd', 'queued')
    await enqueuer.cancelRun('r')
    await enqueuer.retryRun('r')
    expect(await bed.states('r')).toEqual({ a: 'succeeded', b: 'queued', c: 'blocked', d: 'queued' })
    bed.workers()
    expect((await enqueuer.waitForRun('r')).status).toBe('succeeded')
  })

  it('is not disturbed by late events of the attempt before', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    await enqueuer.cancelRun('r')
    await enqueuer.retryRun('r')
    await bed.settle()
    expect(await bed.states('r')).toEqual({ a: 'queued', b: 'blocked', c: 'blocked', d: 'blocked' })
  })

  it('works from a process that does not schedule, and the active scheduler goes on', async () => {
    const bed = new TestBed()
    const active = await bed.enqueuer()
    const caller = await bed.enqueuer({ schedule: false })
    await active.startRun(WORKFLOW, { runId: 'r' })
    await bed.fail('a')
    await active.waitForRun('r')
    await bed.settle()
    expect(await caller.retryRun('r')).toMatchObject({ attempt: 2 })
    bed.workers()
    expect(await active.waitForRun('r')).toMatchObject({ status: 'succeeded', attempt: 2 })
  })

  it('has happened once it is stored, though the queue cannot take the jobs yet', async () => {
    const bed = new TestBed()
    let isDown = false
    const backend = interceptedBackend(bed.backend, async (method, call) => {
      if (isDown && method === 'queue.enqueueMany') throw new BackendUnavailableError('the test store')
      return call()
    })
    const enqueuer = await bed.enqueuer({ backend })
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    await bed.fail('a')
    await enqueuer.waitForRun('r')
    isDown = true
    expect(await enqueuer.retryRun('r')).toMatchObject({ status: 'running', attempt: 2 })
    isDown = false
    bed.workers()
    expect((await bed.whileTimePasses(enqueuer.waitForRun('r'))).status).toBe('succeeded')
  })

  it('refuses a run that has not ended, an unknown job, and one where nothing went wrong', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    await expect(enqueuer.retryRun('r')).rejects.toMatchObject({ code: 'RUN_NOT_FINISHED' })
    bed.workers()
    await enqueuer.waitForRun('r')
    await expect(enqueuer.retryRun('r')).rejects.toMatchObject({ code: 'NOTHING_TO_RETRY' })
    await expect(enqueuer.retryRun('r', { from: 'z' })).rejects.toMatchObject({ code: 'UNKNOWN_JOB' })
    expect(bed.errors).toEqual([])
  })

  it('lets one of two that retry at once have its way', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    const other = await bed.enqueuer({ schedule: false })
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    await bed.fail('a')
    await enqueuer.waitForRun('r')
    const results = await Promise.allSettled([enqueuer.retryRun('r'), other.retryRun('r')])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const refused = results.find((result) => result.status === 'rejected') as PromiseRejectedResult
    expect(refused.reason).toMatchObject({ code: 'RUN_NOT_FINISHED' })
    expect((await bed.backend.workflows.getRun('r'))?.attempt).toBe(2)
  })
})
