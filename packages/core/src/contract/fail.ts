import assert from 'node:assert/strict'
import type { Backoff } from '../backoff.ts'
import type { FailResult, JobQueue } from '../job-queue.ts'
import { recordEvents } from './event-recorder.ts'
import { job, LONG_MS, PAST_SHORT_MS, retries, SHORT_MS, take, WORKER } from './sample-jobs.ts'
import type { QueueSuite } from './suite.ts'

export function failSection({ describe, it }: QueueSuite): void {
  describe('fail', () => {
    it('makes the job claimable again for its next attempt [FAI-1]', async ({ queue, peer }) => {
      const { queue: other } = await peer()
      await queue.enqueue(job('build', { retryPolicy: retries(2), payload: 'kept' }))
      for (const attempt of [0, 1, 2]) {
        const claimed = await take(other)
        assert.deepEqual([claimed.lease.attempt, claimed.job.payload], [attempt, 'kept'])
        await queue.fail(claimed.lease.leaseId, { message: 'broken' }, { retryable: true })
      }
      assert.equal(await queue.claim(WORKER), null)
      assert.equal((await queue.getJob('run', 'build'))?.state, 'failed')
    })

    it('waits out the backoff [FAI-1]', async ({ queue }) => {
      await queue.enqueue(job('build', { retryPolicy: retries(1, LONG_MS) }))
      await fail(queue)
      assert.equal(await queue.claim(WORKER), null)
      const record = await queue.getJob('run', 'build')
      assert.deepEqual([record?.state, record?.attempt], ['delayed', 1])
    })

    it('makes the job claimable once the backoff has passed [FAI-1]', async ({ queue, advance }) => {
      await queue.enqueue(job('build', { retryPolicy: retries(1, SHORT_MS) }))
      await fail(queue)
      await advance(PAST_SHORT_MS)
      assert.equal((await take(queue)).lease.attempt, 1)
    })

    it('doubles an exponential backoff up to its maximum [FAI-1]', async (store) => {
      const { queue, advance } = store
      const backoff: Backoff = { kind: 'exponential', baseMs: 500, maxMs: 1500 }
      await queue.enqueue(job('build', { retryPolicy: { maxRetries: 3, backoff } }))
      const events = await recordEvents(store)
      for (const expectedMs of [500, 1000, 1500]) {
        const { retryAt } = await fail(queue)
        await events.settle()
        const failed = events.of('build').findLast(({ kind }) => kind === 'failed')
        const delayMs = Number(retryAt) - Number(failed?.at)
        const slackMs = store.clock === 'manual' ? 0 : 300
        assert.ok(Math.abs(delayMs - expectedMs) <= slackMs, `${delayMs} ms instead of ${expectedMs}`)
        if (expectedMs < 1500) await advance(expectedMs + 2 * slackMs)
      }
    })

    it('draws a jittered backoff between half of it and all of it [FAI-1]', async (store) => {
      const { queue, clock, patienceMs } = store
      const backoff: Backoff = { kind: 'exponential', baseMs: LONG_MS, maxMs: LONG_MS, jitter: true }
      const jobs = Array.from({ length: 20 }, (_, index) =>
        job(`${index}`, { retryPolicy: { maxRetries: 1, backoff } }),
      )
      await queue.enqueueMany(jobs)
      const enqueuedAt = (await queue.getJob('run', '0'))?.enqueuedAt ?? 0
      const slackMs = clock === 'manual' ? 0 : patienceMs
      const delays = new Set<number>()
      for (const _ of jobs) {
        const delayMs = Number((await fail(queue)).retryAt) - enqueuedAt
        assert.ok(delayMs >= LONG_MS / 2 && delayMs <= LONG_MS + slackMs, `${delayMs} ms is outside of the jitter`)
        delays.add(Math.round(delayMs / 1000))
      }
      assert.ok(delays.size > 1, 'all delays are equal')
    })

    it('ends the job where no retry is left [FAI-1]', async ({ queue }) => {
      await queue.enqueue(job('build'))
      await fail(queue)
      const record = await queue.getJob('run', 'build')
      assert.deepEqual([record?.state, record?.attempt, record?.failure?.message], ['failed', 0, 'broken'])
      assert.equal(await queue.claim(WORKER), null)
    })

    it('ends the job where the failure cannot be retried [FAI-1]', async ({ queue }) => {
      await queue.enqueue(job('build', { retryPolicy: retries(5) }))
      const { lease } = await take(queue)
      const result = await queue.fail(lease.leaseId, { message: 'hopeless' }, { retryable: false })
      assert.deepEqual(result, { willRetry: false })
      assert.equal((await queue.getJob('run', 'build'))?.state, 'failed')
      assert.equal(await queue.claim(WORKER), null)
    })

    it('keeps the failure [FAI-1]', async ({ queue }) => {
      await queue.enqueue(job('build', { retryPolicy: retries(1, LONG_MS) }))
      const failure = { message: 'exit 137: ü\u{1f680}\nkilled', exitCode: 137, signal: 'SIGKILL' }
      const { lease } = await take(queue)
      await queue.fail(lease.leaseId, failure, { retryable: true })
      assert.deepEqual((await queue.getJob('run', 'build'))?.failure, failure)
    })

    it('cuts a long message at 16 KiB and marks it [FAI-1]', async ({ queue }) => {
      await queue.enqueue(job('build'))
      const { lease } = await take(queue)
      await queue.fail(lease.leaseId, { message: 'ü'.repeat(10_000) }, { retryable: false })
      const failure = (await queue.getJob('run', 'build'))?.failure
      assert.deepEqual(failure, { message: 'ü'.repeat(8192), truncated: true })
    })

    it('says whether and when the job is retried [FAI-2]', async (store) => {
      const { queue, assertTime } = store
      const events = await recordEvents(store)
      await queue.enqueue(job('build', { retryPolicy: retries(1, LONG_MS) }))
      const { lease } = await take(queue)
      const { willRetry, retryAt } = await queue.fail(lease.leaseId, { message: 'broken' }, { retryable: true })
      const event = await events.next('failed')
      assert.deepEqual([willRetry, event.willRetry, event.retryAt], [true, true, retryAt])
      assert.equal((await queue.getJob('run', 'build'))?.availableAt, retryAt)
      assertTime(retryAt, event.at + LONG_MS)
    })

    it('says that the job is not retried [FAI-2]', async (store) => {
      const events = await recordEvents(store)
      await store.queue.enqueue(job('build'))
      assert.deepEqual(await fail(store.queue), { willRetry: false })
      const { willRetry, retryAt } = await events.next('failed')
      assert.deepEqual([willRetry, retryAt], [false, undefined])
    })
  })
}

async function fail(queue: JobQueue): Promise<FailResult> {
  const { lease } = await take(queue)
  return queue.fail(lease.leaseId, { message: 'broken' }, { retryable: true })
}
