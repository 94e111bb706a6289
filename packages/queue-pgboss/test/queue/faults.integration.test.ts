import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { QueueError } from '@sluice/core'
import { sourceFlags, startProxy, testPostgres } from '@sluice-tooling/services'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openPgBossJobQueue } from '../../src/open-pgboss-job-queue.ts'

const HOUR_MS = 3_600_000
const WORKER = { workerId: 'w1', labels: [], leaseTtlMs: 60_000 }
const JOB = { workflowId: 'run', jobId: 'build', command: 'make' }
const timeout = 60_000

async function newDatabase() {
  const { url, dispose } = await (await testPostgres()).createDatabase()
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  onTestFinished(async () => {
    await admin.end()
    await dispose()
  })
  return { url, admin }
}

async function openQueue(options: Parameters<typeof openPgBossJobQueue>[0]) {
  const queue = await openPgBossJobQueue(options)
  onTestFinished(() => queue.close())
  return queue
}

describe('a process whose clock is wrong', () => {
  it.each([HOUR_MS, -HOUR_MS])('by %d ms changes nothing [LSE-3]', { timeout }, async (offsetMs) => {
    const { url, admin } = await newDatabase()
    const storeTime = async () =>
      Number((await admin.query('SELECT extract(epoch FROM now()) * 1000 AS now')).rows[0].now)
    const startedAt = await storeTime()
    const file = fileURLToPath(new URL('./clock-process.ts', import.meta.url))
    const argument = JSON.stringify({ url, offsetMs })
    const { stdout } = await promisify(execFile)(process.execPath, [...sourceFlags, file, argument])
    const seen = JSON.parse(stdout)
    expect(seen).toMatchObject({ reaped: 0, attempt: 1, purged: 0, later: 'delayed' })
    const endedAt = await storeTime()
    for (const [at, afterMs] of [
      [seen.expiresAt, 60_000],
      [seen.availableAt, 60_000],
      [seen.retryAt, 50],
    ]) {
      expect(at).toBeGreaterThanOrEqual(Math.floor(startedAt) + afterMs)
      expect(at).toBeLessThanOrEqual(endedAt + afterMs)
    }
  })
})

describe('a listener whose connection is cut', () => {
  it('mends itself: subscribers are told of a gap, and claims are woken again', { timeout }, async () => {
    const { url, admin } = await newDatabase()
    const queue = await openQueue({ connectionString: url, pollIntervalMs: HOUR_MS })
    const other = await openQueue({ connectionString: url })
    const subscription = await queue.subscribe({ kinds: ['completed'] })
    const waiting = queue.claim({ ...WORKER, waitMs: HOUR_MS })
    const { rowCount } = await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sluice listener' AND datname = current_database()",
    )
    expect(rowCount).toBe(1)
    expect(await subscription.next()).toEqual({ done: false, value: { kind: 'gap' } })
    await other.enqueue(JOB)
    expect((await waiting)?.job.jobId).toBe('build')
  })

  it('is made up for by looking now and then, should a notification be lost', { timeout }, async () => {
    const { url, admin } = await newDatabase()
    const queue = await openQueue({ connectionString: url, pollIntervalMs: 100 })
    const waiting = queue.claim({ ...WORKER, waitMs: HOUR_MS })
    await admin.query("CREATE OR REPLACE FUNCTION sluice.tell(events text[]) RETURNS void LANGUAGE sql AS 'SELECT'")
    await queue.enqueue(JOB)
    expect((await waiting)?.job.jobId).toBe('build')
  })
})

describe('a server that refuses connections', () => {
  it('costs each call its time and no more, and is used again when it is back [ERR-1]', { timeout }, async () => {
    const { url } = await newDatabase()
    const proxy = await startProxy(url)
    onTestFinished(() => proxy.dispose())
    const requestTimeoutMs = 1000
    const queue = await openQueue({ connectionString: proxy.url, requestTimeoutMs })
    await proxy.refuse()
    const over = AbortSignal.timeout(10_000)
    const slowest = { ms: 0 }
    let refused = 0
    const callers = Array.from({ length: 50 }, async (_, caller) => {
      for (let call = 0; !over.aborted; call++) {
        const startedAt = performance.now()
        const error: unknown = await queue.enqueue({ ...JOB, jobId: `${caller}-${call}` }).catch((reason) => reason)
        slowest.ms = Math.max(slowest.ms, performance.now() - startedAt)
        if (QueueError.is(error, 'BACKEND_UNAVAILABLE')) refused++
        await sleep(5)
      }
    })
    await Promise.all(callers)
    expect(refused).toBeGreaterThan(50)
    expect(slowest.ms).toBeLessThan(requestTimeoutMs + 4000)
    await proxy.accept()
    for (;;) {
      try {
        await queue.enqueue(JOB)
        break
      } catch (error) {
        if (!QueueError.is(error, 'BACKEND_UNAVAILABLE')) throw error
        await sleep(20)
      }
    }
    expect(await queue.claim(WORKER)).not.toBeNull()
  })

  it('has 20,000 calls of a kind wait at the most, and refuses more at once', { timeout }, async () => {
    const { url } = await newDatabase()
    const proxy = await startProxy(url)
    onTestFinished(() => proxy.dispose())
    const queue = await openQueue({ connectionString: proxy.url, requestTimeoutMs: 1000 })
    await proxy.refuse()
    const codes = new Set<unknown>()
    const calls: Record<string, (index: number) => Promise<unknown>> = {
      enqueue: (index) => queue.enqueue({ ...JOB, jobId: `${index}` }),
      claim: () => queue.claim(WORKER),
      getJob: (index) => queue.getJob('run', `${index}`),
    }
    for (const [name, call] of Object.entries(calls)) {
      let held = 0
      let refused = 0
      // Before anything is sent, and after all that is refused at once has been.
      const turn = new Promise((resolve) => setImmediate(resolve))
      const settling = Array.from({ length: 50_000 }, async (_, index) => {
        held++
        try {
          codes.add(await call(index))
        } catch (error) {
          codes.add(QueueError.is(error) ? error.code : error)
          if (String((error as Error).cause).includes('20000 ')) refused++
        } finally {
          held--
        }
      })
      await turn
      expect({ name, held, refused }).toEqual({ name, held: 20_000, refused: 30_000 })
      await Promise.all(settling)
    }
    expect([...codes]).toEqual(['BACKEND_UNAVAILABLE'])
    await proxy.accept()
    await expect.poll(() => queue.enqueue(JOB).catch(() => null), { timeout: 10_000 }).not.toBeNull()
  })
})
