import assert from 'node:assert/strict'
import type { ClaimedJob, QueuedJob, QueueEvent } from '@sluice/core'
import { type ServerProxy, startProxy } from '@sluice-tooling/services'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { QUEUE_SCRIPTS } from '../../src/queue/queue-scripts.ts'
import { RedisJobQueue } from '../../src/queue/redis-job-queue.ts'
import { type TestNamespace, testNamespace } from '../redis-server.ts'

const WORKER = { workerId: 'w1', labels: [], leaseTtlMs: 60_000 }
const RETRIES = { maxRetries: 3, backoff: { kind: 'none' } } as const

let namespace: TestNamespace
let proxy: ServerProxy
/** Loses replies. */
let queue: RedisJobQueue
/** Sees what happened. */
let observer: RedisJobQueue

beforeEach(async () => {
  namespace = await testNamespace()
  proxy = await startProxy(namespace.options.url)
  queue = await RedisJobQueue.open({ ...namespace.options, url: proxy.url })
  observer = await RedisJobQueue.open(namespace.options)
})

afterEach(async () => {
  await queue.close()
  await observer.close()
  await proxy.dispose()
  await namespace.dispose()
})

const job = (jobId: string, fields: Partial<QueuedJob> = {}): QueuedJob => {
  return { workflowId: 'run', jobId, command: 'make', ...fields }
}

async function take(from = observer, options = {}): Promise<ClaimedJob> {
  const claimed = await from.claim({ ...WORKER, ...options })
  assert.ok(claimed, 'there is no job')
  return claimed
}

/**
 * Makes a call whose reply is lost, so that it is sent again, and returns the kinds of the events it led to.
 *
 * Redis must have the script already, or what is lost is the answer that it does not.
 */
async function losingReply<Value>(script: keyof typeof QUEUE_SCRIPTS, call: () => Promise<Value>) {
  const events = await observer.subscribe()
  const sha = QUEUE_SCRIPTS[script].sha
  const drops = proxy.dropReplies(1, sha)
  const value = await call()
  await observer.enqueue(job('marker', { workflowId: `marker ${Math.random()}`, requiredLabels: ['nobody'] }))
  const kinds: QueueEvent['kind'][] = []
  for await (const event of events) {
    if (event.kind !== 'gap' && event.workflowId !== 'run') break
    kinds.push(event.kind)
  }
  expect(drops.left, 'replies that were not lost').toBe(0)
  return { value, kinds }
}

describe('a call whose reply is lost has its effect once:', () => {
  test('enqueue', async () => {
    await queue.enqueue(job('before'))
    const { value, kinds } = await losingReply('enqueue', () => queue.enqueue(job('build')))
    expect([value, kinds]).toEqual([{ status: 'enqueued' }, ['ready']])
    expect(await queue.enqueue(job('build'))).toEqual({ status: 'duplicate' })
  })

  test('enqueueMany', async () => {
    await queue.enqueue(job('a'))
    const { value, kinds } = await losingReply('enqueue', () => queue.enqueueMany([job('a'), job('b'), job('c')]))
    expect(value.map(({ status }) => status)).toEqual(['duplicate', 'enqueued', 'enqueued'])
    expect(kinds).toEqual(['ready', 'ready'])
  })

  test('claim', async () => {
    await queue.enqueueMany([job('a'), job('b')])
    await queue.release((await take(queue)).lease.leaseId)
    const { value, kinds } = await losingReply('claim', () => take(queue))
    expect([value.lease.jobId, kinds]).toEqual(['a', ['started']])
    expect((await take()).lease.jobId).toBe('b')
    await queue.complete(value.lease.leaseId, {})
  })

  test('claimMany', async () => {
    await queue.enqueueMany(['a', 'b', 'c', 'd'].map((jobId) => job(jobId)))
    await queue.release((await take(queue)).lease.leaseId)
    const { value, kinds } = await losingReply('claim', () => queue.claimMany({ ...WORKER, limit: 3 }))
    expect(value.map(({ job: { jobId } }) => jobId)).toEqual(['a', 'b', 'c'])
    expect(kinds).toEqual(['started', 'started', 'started'])
    for (const { lease } of value) await queue.complete(lease.leaseId, {})
    expect((await observer.claimMany({ ...WORKER, limit: 10 })).map(({ job: { jobId } }) => jobId)).toEqual(['d'])
  })

  test('many claims at once', async () => {
    await queue.enqueueMany(Array.from({ length: 20 }, (_, index) => job(`${index}`)))
    await queue.release((await take(queue)).lease.leaseId)
    const { value, kinds } = await losingReply('claim', () =>
      Promise.all(Array.from({ length: 10 }, () => take(queue))),
    )
    expect(new Set(value.map(({ lease }) => lease.jobId)).size).toBe(10)
    expect(kinds.length).toBe(10)
  })

  test('renewLease', async () => {
    await queue.enqueue(job('build'))
    const { lease } = await take(queue)
    await queue.renewLease(lease.leaseId, 50_000)
    const { value } = await losingReply('renewLease', () => queue.renewLease(lease.leaseId, 90_000))
    expect((await observer.getJob('run', 'build'))?.leaseExpiresAt).toBe(value.expiresAt)
  })

  test('complete', async () => {
    await queue.enqueueMany([job('before'), job('build')])
    await queue.complete((await take(queue)).lease.leaseId, {})
    const { lease } = await take(queue)
    const { kinds } = await losingReply('complete', () => queue.complete(lease.leaseId, { url: 'here' }))
    expect(kinds).toEqual(['completed'])
    expect(await observer.getJob('run', 'build')).toMatchObject({ state: 'completed', outputs: { url: 'here' } })
  })

  test('fail', async () => {
    await queue.enqueue(job('build', { retryPolicy: RETRIES }))
    const fail = async (leaseId: string) => queue.fail(leaseId, { message: 'broken' }, { retryable: true })
    await fail((await take(queue)).lease.leaseId)
    const { lease } = await take(queue)
    const { value, kinds } = await losingReply('fail', () => fail(lease.leaseId))
    expect(value.willRetry).toBe(true)
    expect(kinds).toEqual(['failed', 'ready'])
    expect((await observer.getJob('run', 'build'))?.attempt).toBe(2)
  })

  test('release', async () => {
    await queue.enqueue(job('build'))
    await queue.release((await take(queue)).lease.leaseId)
    const { lease } = await take(queue)
    const { kinds } = await losingReply('release', () => queue.release(lease.leaseId))
    expect(kinds).toEqual(['ready'])
    expect((await take()).lease.attempt).toBe(0)
  })

  test('cancel', async () => {
    await queue.enqueueMany([job('before'), job('build')])
    await queue.cancel('run', 'before')
    const { value, kinds } = await losingReply('cancel', () => queue.cancel('run', 'build'))
    expect([value, kinds]).toEqual([{ status: 'cancelled', state: 'cancelled' }, ['cancelled']])
  })

  test('cancelWorkflow', async () => {
    await queue.cancelWorkflow('other')
    await queue.enqueueMany([job('a'), job('b'), job('c')])
    await queue.cancel('run', 'b')
    const { value, kinds } = await losingReply('cancelWorkflow', () => queue.cancelWorkflow('run'))
    expect([value, kinds]).toEqual([{ cancelled: 2 }, ['cancelled', 'cancelled']])
  })

  test('reapExpiredLeases', async () => {
    await queue.reapExpiredLeases()
    await queue.enqueueMany([job('a', { retryPolicy: RETRIES }), job('b')])
    await queue.claimMany({ ...WORKER, leaseTtlMs: 1, limit: 2 })
    await new Promise((resolve) => setTimeout(resolve, 20))
    const { value, kinds } = await losingReply('reap', () => queue.reapExpiredLeases())
    expect(value.map(({ jobId }) => jobId)).toEqual(['a', 'b'])
    expect(kinds).toEqual(['leaseExpired', 'ready', 'leaseExpired', 'failed'])
  })

  test('purge', async () => {
    await queue.enqueueMany([job('a'), job('b')])
    await queue.cancelWorkflow('run')
    await new Promise((resolve) => setTimeout(resolve, 20))
    await queue.purge(60_000)
    const { value } = await losingReply('purge', () => queue.purge(0))
    expect(value).toBe(2)
  })
})

test('a claim that is answered after its caller gave up holds no job', async () => {
  const impatient = await RedisJobQueue.open({ ...namespace.options, url: proxy.url, requestTimeoutMs: 300 })
  await observer.enqueue(job('build'))
  proxy.freeze()
  await expect(impatient.claim(WORKER)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' })
  proxy.thaw()
  const claimed = await observer.claim({ ...WORKER, waitMs: 10_000 })
  expect(claimed?.lease).toMatchObject({ jobId: 'build', attempt: 0 })
  await impatient.close()
})
