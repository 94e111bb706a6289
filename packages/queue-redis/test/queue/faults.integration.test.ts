import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { QueuedJob } from '@sluice/core'
import { sourceFlags, startProxy, startRedis } from '@sluice-tooling/services'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { RedisJobQueue } from '../../src/queue/redis-job-queue.ts'
import { testNamespace } from '../redis-server.ts'

const WORKER = { workerId: 'w1', labels: [], leaseTtlMs: 60_000 }
const HOUR_MS = 3_600_000
const timeout = 60_000

const job = (jobId: string, fields: Partial<QueuedJob> = {}): QueuedJob => {
  return { workflowId: 'run', jobId, command: 'make', ...fields }
}

describe('the clock of a process', () => {
  test.each([HOUR_MS, -HOUR_MS])('changes nothing where it is wrong by %d ms', { timeout }, async (offsetMs) => {
    const { options, dispose } = await testNamespace()
    const redis = new Redis(options.url)
    const storeTime = async () => Number((await redis.time())[0]) * 1000
    const startedAt = await storeTime()
    const file = fileURLToPath(new URL('./clock-process.ts', import.meta.url))
    const argument = JSON.stringify({ url: options.url, namespace: options.namespace, offsetMs })
    const { stdout } = await promisify(execFile)(process.execPath, [...sourceFlags, file, argument])
    const seen = JSON.parse(stdout)
    expect(seen).toMatchObject({ reaped: 0, attempt: 1, purged: 0, later: 'delayed' })
    for (const [at, afterMs] of [
      [seen.expiresAt, 60_000],
      [seen.availableAt, 60_000],
      [seen.retryAt, 50],
    ]) {
      expect(at).toBeGreaterThanOrEqual(startedAt + afterMs)
      expect(at).toBeLessThanOrEqual((await storeTime()) + 1000 + afterMs)
    }
    redis.disconnect()
    await dispose()
  })
})

describe('a Redis', () => {
  test('that forgets its scripts between calls is sent them again', { timeout }, async () => {
    const server = await startRedis()
    const admin = new Redis(server.url)
    const queue = await RedisJobQueue.open({ url: server.url, warn: () => {} })
    const call = async <Value>(method: () => Promise<Value>) => {
      await admin.script('FLUSH')
      return method()
    }
    await call(() => queue.enqueue(job('build', { retryPolicy: { maxRetries: 3, backoff: { kind: 'none' } } })))
    const lease = async () => (await call(() => queue.claim(WORKER)))?.lease.leaseId ?? ''
    await call(async () => queue.release(await lease()))
    await call(async () => queue.fail(await lease(), { message: 'broken' }, { retryable: true }))
    const leaseId = await lease()
    await call(() => queue.renewLease(leaseId, HOUR_MS))
    await call(() => queue.complete(leaseId, { ok: 'yes' }))
    expect(await call(() => queue.getJob('run', 'build'))).toMatchObject({ state: 'completed', attempt: 1 })
    expect((await call(() => queue.listJobs('run'))).jobs.length).toBe(1)
    expect((await call(() => queue.stats())).byState.completed).toBe(1)
    await queue.close()
    admin.disconnect()
    await server.dispose()
  })

  test('that is cut off for long is answered for in time, and holds up nothing when it is back', {
    timeout,
  }, async () => {
    const { options, dispose } = await testNamespace()
    const proxy = await startProxy(options.url)
    const queue = await RedisJobQueue.open({ ...options, url: proxy.url, requestTimeoutMs: 500, pollIntervalMs: 500 })
    const other = await RedisJobQueue.open(options)
    const events = await queue.subscribe()
    const waiting = queue.claim({ ...WORKER, waitMs: 30_000 }).catch((error: unknown) => error)
    await sleep(50)
    await proxy.refuse()
    const startedAt = performance.now()
    const refused = await Promise.allSettled(Array.from({ length: 2000 }, (_, index) => queue.enqueue(job(`${index}`))))
    expect(refused.every(({ status }) => status === 'rejected')).toBe(true)
    expect(performance.now() - startedAt).toBeLessThan(5000)
    await other.enqueue(job('meanwhile'))
    await proxy.accept()
    const outcome = await waiting
    const claimed = outcome instanceof Error ? await queue.claim({ ...WORKER, waitMs: 10_000 }) : outcome
    expect(claimed).toMatchObject({ lease: { jobId: 'meanwhile' } })
    // What was refused is not stored later.
    expect((await other.stats()).byState.waiting).toBe(0)
    // The stream kept what the subscriber could not hear of.
    const resumed = [(await events.next()).value, (await events.next()).value]
    expect(resumed).toMatchObject([
      { kind: 'ready', jobId: 'meanwhile' },
      { kind: 'started', jobId: 'meanwhile' },
    ])
    await queue.close()
    await other.close()
    await proxy.dispose()
    await dispose()
  })

  test('that refuses connections for ten seconds is answered for in time, in bounded memory', { timeout }, async () => {
    const { options, dispose } = await testNamespace()
    const proxy = await startProxy(options.url)
    const queue = await RedisJobQueue.open({ ...options, url: proxy.url, requestTimeoutMs: 1000 })
    await proxy.refuse()
    let calls = 0
    let waiting = 0
    let mostWaiting = 0
    let slowestMs = 0
    const reasons = new Set<unknown>()
    const call = async () => {
      const startedAt = performance.now()
      mostWaiting = Math.max(mostWaiting, ++waiting)
      await queue.enqueue(job(`job-${calls++}`)).catch(({ code }) => reasons.add(code))
      waiting--
      slowestMs = Math.max(slowestMs, performance.now() - startedAt)
    }
    for (const over = AbortSignal.timeout(10_000); !over.aborted; await sleep(20)) {
      for (let count = 0; count < 2000; count++) void call()
    }
    await expect.poll(() => waiting).toBe(0)
    expect(reasons).toEqual(new Set(['BACKEND_UNAVAILABLE']))
    expect(calls).toBeGreaterThan(50_000)
    // 10,000 in line, 400 with the connection, and the last 2,000 that are being refused.
    expect(mostWaiting).toBeLessThanOrEqual(12_400)
    expect(slowestMs).toBeLessThan(5000)
    await proxy.accept()
    await expect.poll(() => queue.enqueue(job('after')), { timeout: 10_000 }).toEqual({ status: 'enqueued' })
    expect(await queue.claim(WORKER)).toMatchObject({ lease: { jobId: 'after' } })
    await queue.close()
    await proxy.dispose()
    await dispose()
  })

  test('that trims the events that a subscriber has not read leaves a gap in their place', { timeout }, async () => {
    const { options, dispose } = await testNamespace()
    const proxy = await startProxy(options.url)
    const queue = await RedisJobQueue.open({ ...options, url: proxy.url })
    const other = await RedisJobQueue.open(options)
    const admin = new Redis(options.url)
    const events = await queue.subscribe()
    await other.enqueue(job('first'))
    expect((await events.next()).value).toMatchObject({ kind: 'ready', jobId: 'first' })
    proxy.freeze()
    await other.enqueueMany([job('a'), job('b')])
    const [eventsKey = ''] = (await admin.keys('*queue:events')).filter((key) =>
      key.includes(encodeURIComponent(options.namespace.slice(-36))),
    )
    await admin.xtrim(eventsKey, 'MAXLEN', 1)
    proxy.thaw()
    expect((await events.next()).value).toEqual({ kind: 'gap' })
    expect((await events.next()).value).toMatchObject({ kind: 'ready', jobId: 'b' })
    await queue.close()
    await other.close()
    admin.disconnect()
    await proxy.dispose()
    await dispose()
  })

  test('that fails over to a replica goes on with its jobs and leases', { timeout }, async () => {
    const [first, second] = [await startRedis(), await startRedis()]
    const [admin, replica] = [new Redis(first.url), new Redis(second.url)]
    await replica.replicaof('127.0.0.1', first.port)
    const proxy = await startProxy(first.url)
    const queue = await RedisJobQueue.open({ url: proxy.url, warn: () => {}, requestTimeoutMs: 2000 })
    await queue.enqueueMany([job('a'), job('b'), job('c', { delayMs: HOUR_MS })])
    const claimed = await queue.claim(WORKER)
    while (!/master_link_status:up/.test(String(await replica.info('replication')))) await sleep(20)
    await admin.wait(1, 5000)
    await first.kill()
    await replica.replicaof('NO', 'ONE')
    await proxy.dispose()
    const after = await RedisJobQueue.open({ url: second.url, warn: () => {} })
    await after.complete(claimed?.lease.leaseId ?? '', {})
    expect((await after.claim(WORKER))?.lease.jobId).toBe('b')
    expect((await after.stats()).byState).toMatchObject({ completed: 1, active: 1, delayed: 1, waiting: 0 })
    await after.close()
    await queue.close()
    for (const client of [admin, replica]) client.disconnect()
    await first.dispose()
    await second.dispose()
  })
})
