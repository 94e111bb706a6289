import assert from 'node:assert/strict'
import type { ClaimedJob, QueuedJob, QueueEvent } from '@sluice/core'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { KeySpace } from '../../src/connection/key-space.ts'
import { encodeJobKey } from '../../src/queue/job-key.ts'
import { RedisJobQueue } from '../../src/queue/redis-job-queue.ts'
import { type TestNamespace, testNamespace } from '../redis-server.ts'

const WORKER = { workerId: 'w1', labels: ['gpu'], leaseTtlMs: 60_000 }
const LONG_MS = 3_600_000

let namespace: TestNamespace
let queue: RedisJobQueue
let connection: Redis
/** The same jobs as a dashboard has them. */
let dashboard: Queue

beforeEach(async () => {
  namespace = await testNamespace()
  queue = await RedisJobQueue.open({ ...namespace.options, pollIntervalMs: 100 })
  connection = new Redis(namespace.options.url, { maxRetriesPerRequest: null })
  const { bullPrefix, bullQueueName } = new KeySpace(namespace.options.namespace)
  dashboard = new Queue(bullQueueName, { connection, prefix: bullPrefix })
})

afterEach(async () => {
  await queue.close()
  await dashboard.close()
  connection.disconnect()
  await namespace.dispose()
})

const job = (jobId: string, fields: Partial<QueuedJob> = {}): QueuedJob => {
  return { workflowId: 'run 1', jobId, command: 'make', ...fields }
}

async function take(): Promise<ClaimedJob> {
  const claimed = await queue.claim(WORKER)
  assert.ok(claimed, 'there is no job')
  return claimed
}

async function waitAndTake(): Promise<ClaimedJob> {
  const claimed = await queue.claim({ ...WORKER, waitMs: 10_000 })
  assert.ok(claimed, 'there is no job')
  return claimed
}

async function bullJob(jobId: string) {
  const found = await dashboard.getJob(encodeJobKey({ workflowId: 'run 1', jobId }))
  assert.ok(found, `BullMQ has no job ${jobId}`)
  return found
}

async function failAll(): Promise<void> {
  for (let claimed = await queue.claim(WORKER); claimed; claimed = await queue.claim(WORKER)) {
    await queue.fail(claimed.lease.leaseId, { message: 'broken' }, { retryable: false })
  }
}

describe('a dashboard', () => {
  test('shows the jobs as those of BullMQ, in their states', async () => {
    await queue.enqueueMany([job('done'), job('broken'), job('active'), job('waiting', { priority: 7 })])
    await queue.enqueue(job('delayed', { delayMs: LONG_MS }))
    await queue.cancel('run 1', 'waiting')
    await queue.complete((await take()).lease.leaseId, { url: 'here' })
    await queue.fail((await take()).lease.leaseId, { message: 'no space left' }, { retryable: false })
    await take()
    await queue.enqueue(
      job('next', { priority: 7, retryPolicy: { maxRetries: 2, backoff: { kind: 'fixed', delayMs: 5 } } }),
    )
    expect(await dashboard.getJobCounts()).toMatchObject({
      active: 1,
      completed: 1,
      delayed: 1,
      failed: 2,
      prioritized: 1,
    })
    expect(await (await bullJob('done')).getState()).toBe('completed')
    expect((await bullJob('done')).returnvalue).toEqual({ url: 'here' })
    expect((await bullJob('broken')).failedReason).toBe('no space left')
    expect((await bullJob('waiting')).failedReason).toBe('cancelled')
    expect((await bullJob('next')).opts).toMatchObject({ attempts: 3, backoff: { type: 'fixed', delay: 5 } })
    expect((await bullJob('next')).name).toBe('next')
    expect((await bullJob('active')).data).toMatchObject({ workflowId: 'run 1', jobId: 'active', command: 'make' })
    expect((await bullJob('active')).processedBy).toBe('w1')
  })

  test('that retries a failed job lets a waiting claim have it, and tells that it is ready', async () => {
    await queue.enqueueMany([job('build', { requiredLabels: ['gpu'] }), job('other', { requiredLabels: ['nobody'] })])
    await failAll()
    const events = await queue.subscribe({ kinds: ['ready'] })
    const waiting = waitAndTake()
    await (await bullJob('build')).retry('failed')
    const { lease } = await waiting
    expect([lease.jobId, lease.attempt]).toEqual(['build', 1])
    expect((await events.next()).value).toMatchObject({ kind: 'ready', jobId: 'build' } satisfies Partial<QueueEvent>)
    await queue.complete(lease.leaseId, {})
    expect((await queue.stats()).byState).toMatchObject({ waiting: 1, completed: 1, failed: 0 })
  })

  test('that retries all failed jobs loses none, and keeps their priorities', async () => {
    await queue.enqueueMany([1, 2, 3].map((priority) => job(`p${priority}`, { priority })))
    await failAll()
    await dashboard.retryJobs({ state: 'failed' })
    expect((await queue.stats()).byState).toMatchObject({ waiting: 3, failed: 0 })
    const order = [await take(), await take(), await take()].map(({ lease }) => lease.jobId)
    expect(order).toEqual(['p3', 'p2', 'p1'])
    expect(await queue.claim(WORKER)).toBeNull()
  })

  test('that retries a completed job lets it run again', async () => {
    await queue.enqueue(job('build'))
    await queue.complete((await take()).lease.leaseId, { first: 'yes' })
    await (await bullJob('build')).retry('completed')
    expect(await queue.getJob('run 1', 'build')).toMatchObject({ state: 'waiting' })
    await queue.complete((await waitAndTake()).lease.leaseId, { second: 'yes' })
    expect(await queue.getJob('run 1', 'build')).toMatchObject({ state: 'completed', outputs: { second: 'yes' } })
  })

  test('that retries a cancelled job does not bring it back', async () => {
    await queue.enqueue(job('build'))
    await queue.cancel('run 1', 'build')
    await (await bullJob('build')).retry('failed')
    expect(await queue.isCancelled('run 1', 'build')).toBe(true)
    expect(await queue.getJob('run 1', 'build')).toMatchObject({ state: 'cancelled', attempt: 0 })
    expect(await queue.claim({ ...WORKER, waitMs: 300 })).toBeNull()
    expect((await queue.stats()).byState).toMatchObject({ waiting: 0, failed: 0, cancelled: 1 })
    expect(await queue.getJob('run 1', 'build')).toMatchObject({ state: 'cancelled', attempt: 0 })
    expect(await queue.cancel('run 1', 'build')).toEqual({ status: 'alreadyFinished', state: 'cancelled' })
    expect(await (await bullJob('build')).getState()).toBe('failed')
  })

  test('that promotes a delayed job lets it be claimed at once, and once', async () => {
    await queue.enqueueMany([job('build', { delayMs: LONG_MS }), job('later', { delayMs: LONG_MS })])
    const waiting = waitAndTake()
    await (await bullJob('build')).promote()
    expect((await waiting).lease.jobId).toBe('build')
    expect(await queue.claim(WORKER)).toBeNull()
    expect((await queue.stats()).byState).toMatchObject({ waiting: 0, delayed: 1, active: 1 })
  })

  test('that removes jobs leaves the others alone', async () => {
    await queue.enqueueMany(['a', 'b', 'c'].map((jobId) => job(jobId)))
    await queue.enqueueMany([job('d', { delayMs: LONG_MS }), job('x'), job('y')])
    await queue.cancel('run 1', 'x')
    for (const jobId of ['a', 'd', 'x']) await (await bullJob(jobId)).remove()
    expect(await queue.getJob('run 1', 'a')).toBeNull()
    expect((await queue.listJobs('run 1')).jobs.map(({ jobId }) => jobId)).toEqual(['b', 'c', 'y'])
    const { byState, byLabelSet } = await queue.stats()
    expect(byState).toMatchObject({ waiting: 3, delayed: 0, active: 0 })
    expect(byLabelSet).toEqual([{ labels: [], waiting: 3, delayed: 0, active: 0 }])
    expect(await queue.position('run 1', 'b')).toBe(0)
    expect((await take()).lease.jobId).toBe('b')
    expect(await queue.enqueue(job('a'))).toEqual({ status: 'enqueued' })
    expect([(await take()).lease.jobId, (await take()).lease.jobId, (await take()).lease.jobId]).toEqual([
      'c',
      'y',
      'a',
    ])
  })

  test('that removes waiting jobs does not stop a claim that comes upon them', async () => {
    await queue.enqueueMany(Array.from({ length: 30 }, (_, index) => job(`${index}`)))
    for (let index = 0; index < 29; index++) await (await bullJob(`${index}`)).remove()
    expect((await take()).lease.jobId).toBe('29')
  })

  test('cannot remove a job while it is leased', async () => {
    await queue.enqueue(job('build'))
    const { lease } = await take()
    await expect((await bullJob('build')).remove()).rejects.toThrow(/locked/)
    await queue.complete(lease.leaseId, {})
  })

  test('that removes a job whose lease has run out leaves the reaper nothing', async () => {
    await queue.enqueueMany([job('build'), job('test')])
    await queue.claim({ ...WORKER, leaseTtlMs: 1 })
    await new Promise((resolve) => setTimeout(resolve, 20))
    await (await bullJob('build')).remove()
    expect(await queue.reapExpiredLeases()).toEqual([])
    expect((await queue.stats()).byLabelSet).toEqual([{ labels: [], waiting: 1, delayed: 0, active: 0 }])
  })

  test('that pauses the queue stops claims, and resumes them', async () => {
    await queue.enqueueMany([job('first'), job('second')])
    await dashboard.pause()
    expect(await queue.claim(WORKER)).toBeNull()
    expect((await queue.stats()).byState).toMatchObject({ waiting: 2, active: 0 })
    const waiting = waitAndTake()
    await dashboard.resume()
    expect((await waiting).lease.jobId).toBe('first')
    expect((await take()).lease.jobId).toBe('second')
  })

  test('that changes a priority neither loses nor doubles the job', async () => {
    await queue.enqueueMany([job('a'), job('b'), job('c')])
    await (await bullJob('b')).changePriority({ priority: 1 })
    await (await bullJob('c')).changePriority({ priority: 0 })
    await queue.stats()
    const claimed = [await take(), await take(), await take()].map(({ lease }) => lease.jobId)
    expect(claimed.sort()).toEqual(['a', 'b', 'c'])
    expect(await queue.claim(WORKER)).toBeNull()
  })
})
