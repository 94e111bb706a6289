import assert from 'node:assert/strict'
import { drain, job, LONG_MS, PAST_SHORT_MS, retries, SHORT_MS, take, WORKER, withCode } from './sample-jobs.ts'
import type { QueueSuite } from './suite.ts'

const WAITING = { ...WORKER, waitMs: LONG_MS }

export function waitSection({ describe, it }: QueueSuite): void {
  describe('a waiting claim', () => {
    it('is woken within milliseconds by an enqueue of any process [CLM-5]', async ({ queue, peer, soon }) => {
      const { queue: other } = await peer()
      const delaysMs: number[] = []
      for (let round = 0; round < 7; round++) {
        const waiting = queue.claim(WAITING)
        await pause()
        const startedAt = performance.now()
        await other.enqueue(job(`${round}`))
        assert.equal((await soon('a claimed job', waiting))?.job.jobId, `${round}`)
        delaysMs.push(performance.now() - startedAt)
      }
      // The median leaves room for a machine that is busy, not for a queue that polls.
      const medianMs = delaysMs.sort((a, b) => a - b)[3] ?? 0
      assert.ok(medianMs < 250, `it took ${medianMs} ms`)
    })

    it('is woken by a release [CLM-5]', async ({ queue, peer, soon }) => {
      const { queue: other } = await peer()
      await queue.enqueue(job('build'))
      const { lease } = await take(queue)
      const waiting = other.claim(WAITING)
      await pause()
      await queue.release(lease.leaseId)
      assert.equal((await soon('a claimed job', waiting))?.job.jobId, 'build')
    })

    it('is woken when a delayed job is due [CLM-5]', async ({ queue, peer, advance, soon }) => {
      const { queue: other } = await peer()
      await queue.enqueue(job('before', { delayMs: SHORT_MS }))
      const waiting = [queue.claim(WAITING), other.claim(WAITING)]
      await pause()
      await queue.enqueue(job('after', { delayMs: SHORT_MS }))
      await advance(PAST_SHORT_MS)
      const claimed = await soon('two claimed jobs', Promise.all(waiting))
      assert.deepEqual(claimed.map((claim) => claim?.job.jobId).sort(), ['after', 'before'])
    })

    it('is woken when a retry is due [CLM-5]', async ({ queue, peer, advance, soon }) => {
      const { queue: other } = await peer()
      await queue.enqueue(job('build', { retryPolicy: retries(1, SHORT_MS) }))
      const { lease } = await take(queue)
      const waiting = other.claim(WAITING)
      await queue.fail(lease.leaseId, { message: 'broken' }, { retryable: true })
      await advance(PAST_SHORT_MS)
      assert.equal((await soon('a claimed job', waiting))?.lease.attempt, 1)
    })

    it('takes what is there already without waiting [CLM-5]', async ({ queue, soon }) => {
      await queue.enqueue(job('build'))
      assert.equal((await soon('a claimed job', queue.claim(WAITING)))?.job.jobId, 'build')
    })

    it('resolves null when its time is up [CLM-5]', async ({ queue, advance, soon }) => {
      const waiting = queue.claim({ ...WORKER, waitMs: SHORT_MS })
      await advance(PAST_SHORT_MS)
      assert.equal(await soon('the end of the wait', waiting), null)
    })

    it('resolves null when its signal aborts [CLM-5]', async ({ queue, soon }) => {
      const controller = new AbortController()
      const waiting = queue.claim({ ...WAITING, signal: controller.signal })
      await pause()
      controller.abort()
      assert.equal(await soon('the end of the wait', waiting), null)
    })

    it('takes nothing for a signal that aborted before [CLM-5]', async ({ queue, soon }) => {
      await queue.enqueue(job('build'))
      const claim = queue.claim({ ...WAITING, signal: AbortSignal.abort() })
      assert.equal(await soon('the end of the wait', claim), null)
      assert.deepEqual(await drain(queue), ['build'])
    })

    it('holds no lease once it has ended empty [CLM-5]', async ({ queue, advance, soon }) => {
      const controller = new AbortController()
      const aborted = queue.claim({ ...WAITING, signal: controller.signal })
      const timedOut = queue.claim({ ...WORKER, waitMs: SHORT_MS })
      await advance(PAST_SHORT_MS)
      controller.abort()
      assert.deepEqual(await soon('the end of both waits', Promise.all([aborted, timedOut])), [null, null])
      await queue.enqueueMany([job('a'), job('b')])
      assert.deepEqual(await drain(queue), ['a', 'b'])
    })

    it('resolves null at once without a wait [CLM-5]', async ({ queue, soon }) => {
      assert.equal(await soon('an answer', queue.claim(WORKER)), null)
      assert.equal(await soon('an answer', queue.claim({ ...WORKER, waitMs: 0 })), null)
    })

    it('is not served a job that its labels do not allow [CLM-5]', async ({ queue, soon }) => {
      const arm = queue.claim({ ...WAITING, labels: ['arm'] })
      const gpu = queue.claim({ ...WAITING, labels: ['gpu'] })
      await pause()
      await queue.enqueue(job('render', { requiredLabels: ['gpu'] }))
      assert.equal((await soon('a claimed job', gpu))?.job.jobId, 'render')
      await queue.enqueue(job('link', { requiredLabels: ['arm'] }))
      assert.equal((await soon('a claimed job', arm))?.job.jobId, 'link')
    })

    it('is one of many of which each gets a job [CLM-5]', async ({ queue, peer, soon }) => {
      const { queue: other } = await peer()
      const waiting = Array.from({ length: 20 }, (_, index) => (index % 2 ? queue : other).claim(WAITING))
      await pause()
      const jobIds = Array.from({ length: 20 }, (_, index) => `${index}`)
      await queue.enqueueMany(jobIds.map((jobId) => job(jobId)))
      const claimed = await soon('20 claimed jobs', Promise.all(waiting))
      assert.deepEqual(claimed.map((claim) => claim?.job.jobId).sort(), jobIds.sort())
    })

    it('of claimMany resolves with as little as one job [CLM-5]', async ({ queue, soon }) => {
      const waiting = queue.claimMany({ ...WAITING, limit: 10 })
      await pause()
      await queue.enqueue(job('build'))
      assert.equal((await soon('a claimed job', waiting)).length, 1)
    })

    it('of claimMany resolves empty when its time is up [CLM-5]', async ({ queue, advance, soon }) => {
      const waiting = queue.claimMany({ ...WORKER, waitMs: SHORT_MS, limit: 10 })
      await advance(PAST_SHORT_MS)
      assert.deepEqual(await soon('the end of the wait', waiting), [])
    })

    it('refuses bad options at once [LIM-1]', async ({ queue }) => {
      await assert.rejects(queue.claim({ ...WAITING, leaseTtlMs: 0 }), withCode('VALIDATION'))
      await assert.rejects(queue.claim({ ...WORKER, waitMs: -1 }), withCode('VALIDATION'))
    })
  })
}

/** Gives a claim the time to begin its wait; where it is too slow for that, it finds the job at its first look. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10))
}
