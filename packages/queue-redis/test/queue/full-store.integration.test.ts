import assert from 'node:assert/strict'
import type { ClaimedJob, QueuedJob } from '@sluice/core'
import { type PrivateRedis, startRedis } from '@sluice-tooling/services'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { KeySpace } from '../../src/connection/key-space.ts'
import { RedisJobQueue } from '../../src/queue/redis-job-queue.ts'

const WORKER = { workerId: 'w1', labels: [], leaseTtlMs: 60_000 }
const RETRIES = { maxRetries: 3, backoff: { kind: 'none' } } as const
const LONG_MS = 3_600_000

let server: PrivateRedis
let admin: Redis
let queue: RedisJobQueue

beforeAll(async () => {
  server = await startRedis()
  admin = new Redis(server.url)
})

afterAll(async () => {
  admin.disconnect()
  await server.dispose()
})

beforeEach(async () => {
  await admin.flushall()
  queue = await RedisJobQueue.open({ url: server.url, warn: () => {} })
})

afterEach(async () => {
  await setFull(false)
  await queue.close()
})

const job = (jobId: string, fields: Partial<QueuedJob> = {}): QueuedJob => {
  return { workflowId: 'run', jobId, command: 'make', ...fields }
}

/** A limit below what is used refuses every command that takes memory. */
async function setFull(isFull: boolean): Promise<void> {
  await admin.config('SET', 'maxmemory', isFull ? '1' : '0')
}

async function take(): Promise<ClaimedJob> {
  const claimed = await queue.claim(WORKER)
  assert.ok(claimed, 'there is no job')
  return claimed
}

/** All that is stored, as far as it can be compared. */
async function dump(): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {}
  for (const key of await admin.keys(`${new KeySpace('default').prefix}*`)) all[key] = await admin.dump(key)
  return all
}

/** Expects that counts of BullMQ and of the index agree, and that each job can be worked off. */
async function expectWhole(): Promise<void> {
  const { byState, byLabelSet } = await queue.stats()
  for (const state of ['waiting', 'delayed', 'active'] as const) {
    expect(byLabelSet.reduce((sum, counts) => sum + counts[state], 0)).toBe(byState[state])
  }
}

describe('a full Redis', () => {
  test('refuses an enqueue, and stores nothing of it', async () => {
    await queue.enqueue(job('before'))
    const before = await dump()
    await setFull(true)
    for (const fields of [{}, { delayMs: LONG_MS }]) {
      await expect(queue.enqueue(job('build', fields))).rejects.toMatchObject({ code: 'CAPACITY_EXCEEDED' })
    }
    expect(await queue.enqueueMany([job('a'), job('before')])).toMatchObject([
      { status: 'rejected', error: { code: 'CAPACITY_EXCEEDED' } },
      { status: 'rejected', error: { code: 'CAPACITY_EXCEEDED' } },
    ])
    expect(await dump()).toEqual(before)
    await setFull(false)
    expect(await queue.enqueue(job('build'))).toEqual({ status: 'enqueued' })
  })

  test('still knows a duplicate', async () => {
    await queue.enqueue(job('build'))
    await setFull(true)
    expect(await queue.enqueue(job('build'))).toEqual({ status: 'duplicate' })
  })

  test('can be worked off: claim, renew, complete', async () => {
    await queue.enqueueMany([job('a'), job('b', { requiredLabels: ['gpu'] }), job('c')])
    await setFull(true)
    for (let left = 3; left > 0; left--) {
      const claimed = await queue.claim({ ...WORKER, labels: ['gpu'] })
      assert.ok(claimed)
      await queue.renewLease(claimed.lease.leaseId, LONG_MS)
      await queue.complete(claimed.lease.leaseId, { big: 'x'.repeat(10_000) })
    }
    expect((await queue.stats()).byState).toMatchObject({ completed: 3, waiting: 0, active: 0 })
    await setFull(false)
    await expectWhole()
  })

  test('lets a claim have the jobs that became due', async () => {
    await queue.enqueueMany(Array.from({ length: 20 }, (_, index) => job(`${index}`, { delayMs: 1 })))
    await new Promise((resolve) => setTimeout(resolve, 20))
    await setFull(true)
    expect((await queue.claimMany({ ...WORKER, limit: 30 })).length).toBe(20)
    await expectWhole()
  })

  test.each([
    ['at once', RETRIES, 'waiting'],
    ['later', { maxRetries: 3, backoff: { kind: 'fixed', delayMs: LONG_MS } }, 'delayed'],
    ['never', { maxRetries: 0, backoff: { kind: 'none' } }, 'failed'],
  ] as const)('lets an attempt fail that is repeated %s', async (_, retryPolicy, state) => {
    await queue.enqueue(job('build', { retryPolicy }))
    const { lease } = await take()
    await setFull(true)
    await queue.fail(lease.leaseId, { message: 'broken' }, { retryable: true })
    expect(await queue.getJob('run', 'build')).toMatchObject({ state, failure: { message: 'broken' } })
    await setFull(false)
    await expectWhole()
  })

  test('lets a job be released', async () => {
    await queue.enqueue(job('build'))
    const { lease } = await take()
    await setFull(true)
    await queue.release(lease.leaseId)
    expect((await take()).lease.attempt).toBe(0)
    await expectWhole()
  })

  test('lets jobs be cancelled in every state, and their workflow', async () => {
    await queue.enqueueMany([job('active'), job('waiting'), job('delayed', { delayMs: LONG_MS }), job('last')])
    await take()
    await setFull(true)
    for (const jobId of ['active', 'waiting', 'delayed']) await queue.cancel('run', jobId)
    expect(await queue.cancelWorkflow('run')).toEqual({ cancelled: 1 })
    expect(await queue.isCancelled('run', 'unknown')).toBe(true)
    await setFull(false)
    expect((await queue.stats()).byState).toMatchObject({ cancelled: 4, active: 0, waiting: 0, delayed: 0 })
    await expectWhole()
  })

  test('lets expired leases be reaped', async () => {
    await queue.enqueueMany([job('a', { retryPolicy: RETRIES }), job('b')])
    await queue.claimMany({ ...WORKER, leaseTtlMs: 1, limit: 2 })
    await new Promise((resolve) => setTimeout(resolve, 20))
    await setFull(true)
    expect((await queue.reapExpiredLeases()).map(({ willRetry }) => willRetry)).toEqual([true, false])
    await setFull(false)
    expect((await queue.stats()).byState).toMatchObject({ waiting: 1, failed: 1, active: 0 })
    await expectWhole()
  })

  test('lets finished jobs be purged', async () => {
    await queue.enqueueMany([job('a'), job('b')])
    await queue.complete((await take()).lease.leaseId, {})
    await queue.cancel('run', 'b')
    await new Promise((resolve) => setTimeout(resolve, 20))
    await setFull(true)
    expect(await queue.purge(0)).toBe(2)
    expect((await queue.listJobs('run')).jobs).toEqual([])
  })

  test('tells the state, and what happens', async () => {
    await queue.enqueueMany([job('a'), job('b', { delayMs: 1 })])
    await new Promise((resolve) => setTimeout(resolve, 20))
    await setFull(true)
    const events = await queue.subscribe()
    expect(await queue.getJob('run', 'a')).toMatchObject({ state: 'waiting' })
    expect((await queue.listJobs('run')).jobs.length).toBe(2)
    expect(await queue.position('run', 'b')).toBe(1)
    expect((await queue.stats()).byState).toMatchObject({ waiting: 2 })
    await take()
    expect((await events.next()).value).toMatchObject({ kind: 'started', jobId: 'a' })
  })

  test('that holds nothing yet refuses an enqueue, and says that it has no job', async () => {
    await setFull(true)
    await expect(queue.enqueue(job('build'))).rejects.toMatchObject({ code: 'CAPACITY_EXCEEDED' })
    expect(await queue.claim(WORKER)).toBeNull()
    expect(await dump()).toEqual({})
    const events = await queue.subscribe()
    await setFull(false)
    await queue.enqueue(job('build'))
    expect((await events.next()).value).toMatchObject({ kind: 'ready', jobId: 'build' })
  })
})
