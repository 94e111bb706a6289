import assert from 'node:assert/strict'
import type { JobState, JobSummary } from '../job.ts'
import type { JobQueue, ListJobsOptions } from '../job-queue.ts'
import { job, LONG_MS, PAST_SHORT_MS, retries, SHORT_MS, take } from './sample-jobs.ts'
import type { QueueSuite } from './suite.ts'

export function inspectSection({ describe, it }: QueueSuite): void {
  describe('getJob', () => {
    it('tells all of a job that waits [INS-1]', async ({ queue, peer, assertTime }) => {
      const { queue: other } = await peer()
      await queue.enqueue(job('build', { priority: 4, requiredLabels: ['gpu', 'arm'], payload: { n: 1 } }))
      const record = await other.getJob('run', 'build')
      const { workflowId, jobId, state, attempt, priority, requiredLabels } = record ?? {}
      assert.deepEqual([workflowId, jobId, state, attempt, priority], ['run', 'build', 'waiting', 0, 4])
      assert.deepEqual(requiredLabels, ['arm', 'gpu'])
      assert.deepEqual([record?.job.command, record?.job.payload], ['make', { n: 1 }])
      assertTime(record?.availableAt, record?.enqueuedAt ?? 0)
      for (const field of ['startedAt', 'finishedAt', 'workerId', 'leaseExpiresAt', 'failure', 'outputs'] as const) {
        assert.equal(record?.[field], undefined, field)
      }
    })

    it('tells of a delay until it is over [INS-1]', async ({ queue, advance, assertTime }) => {
      await queue.enqueueMany([job('later', { delayMs: LONG_MS }), job('soon', { delayMs: SHORT_MS })])
      await advance(PAST_SHORT_MS)
      const later = await queue.getJob('run', 'later')
      assert.equal(later?.state, 'delayed')
      assertTime(later?.availableAt, Number(later?.enqueuedAt) + LONG_MS)
      assert.equal((await queue.getJob('run', 'soon'))?.state, 'waiting')
    })

    it('tells who runs a job, and until when [INS-1]', async ({ queue, advance }) => {
      await queue.enqueue(job('build'))
      const { lease } = await take(queue, { workerId: 'w7', leaseTtlMs: SHORT_MS })
      await advance(PAST_SHORT_MS)
      const record = await queue.getJob('run', 'build')
      assert.deepEqual([record?.state, record?.workerId, record?.leaseExpiresAt], ['active', 'w7', lease.expiresAt])
    })

    it('tells when a job ended, and no longer who ran it [INS-1]', async ({ queue, advance, assertTime }) => {
      await queue.enqueue(job('build'))
      const { lease } = await take(queue)
      await advance(SHORT_MS)
      await queue.complete(lease.leaseId, {})
      const { startedAt, finishedAt, workerId, leaseExpiresAt } = (await queue.getJob('run', 'build')) ?? {}
      assertTime(finishedAt, Number(startedAt) + SHORT_MS)
      assert.deepEqual([workerId, leaseExpiresAt], [undefined, undefined])
    })

    it('tells when the latest attempt was claimed [INS-1]', async ({ queue, advance, assertTime }) => {
      await queue.enqueue(job('build'))
      await queue.release((await take(queue)).lease.leaseId)
      const before = await queue.getJob('run', 'build')
      await advance(SHORT_MS)
      await take(queue)
      assertTime((await queue.getJob('run', 'build'))?.startedAt, Number(before?.startedAt) + SHORT_MS)
    })

    it('does not know a job that was never enqueued [INS-1]', async ({ queue }) => {
      await queue.enqueue(job('build'))
      assert.equal(await queue.getJob('run', 'test'), null)
      assert.equal(await queue.getJob('other', 'build'), null)
    })

    it('tells each of many that ask at once of the job that it asked for [INS-1]', async ({ queue }) => {
      const ids = Array.from({ length: 300 }, (_, index) => `job-${(index * 7) % 300}`)
      await queue.enqueueMany(ids.filter((_, index) => index % 3 > 0).map((id) => job(id, { payload: id })))
      const records = await Promise.all(ids.map((id) => queue.getJob('run', id)))
      const expected = ids.map((id, index) => (index % 3 > 0 ? [id, id] : null))
      assert.deepEqual(
        records.map((record) => record && [record.jobId, record.job.payload]),
        expected,
      )
    })
  })

  describe('listJobs', () => {
    it('lists the jobs of one workflow [INS-1]', async ({ queue, peer }) => {
      const { queue: other } = await peer()
      await queue.enqueueMany([job('a'), job('b', { priority: 2 }), job('a', { workflowId: 'run2' })])
      const { jobs, nextCursor } = await other.listJobs('run')
      assert.deepEqual(idsOf(jobs), ['a', 'b'])
      assert.equal(nextCursor, undefined)
      for (const summary of jobs) {
        const { job, outputs, ...expected } = (await queue.getJob('run', summary.jobId)) ?? ({} as never)
        assert.deepEqual(summary, expected)
      }
      assert.deepEqual((await queue.listJobs('unknown')).jobs, [])
    })

    it('lists by state [INS-1]', async ({ queue, advance }) => {
      await oneInEachState(queue)
      await advance(PAST_SHORT_MS)
      for (const [state, jobIds] of Object.entries(IN_EACH_STATE)) {
        const { jobs } = await queue.listJobs('run', { states: [state as JobState] })
        assert.deepEqual(idsOf(jobs), jobIds, state)
        assert.ok(jobs.every((summary) => summary.state === state))
      }
      const { jobs } = await queue.listJobs('run', { states: ['completed', 'delayed'] })
      assert.deepEqual(idsOf(jobs), ['completed', 'delayed'])
    })

    it('gives each job on exactly one page [INS-1]', async ({ queue }) => {
      const jobIds = Array.from({ length: 25 }, (_, index) => `${index}`)
      await queue.enqueueMany(
        jobIds.map((jobId, index) => job(jobId, { priority: index % 3, delayMs: (index % 2) * LONG_MS })),
      )
      for (const limit of [1, 7, 25, 26]) {
        const pages = await readPages(queue, { limit })
        assert.deepEqual(idsOf(pages.flat()), [...jobIds].sort(), `pages of ${limit}`)
        assert.ok(pages.every((page) => page.length <= limit))
      }
    })

    it('gives each job once though their states change between the pages [INS-1]', async ({ queue }) => {
      const jobIds = Array.from({ length: 20 }, (_, index) => `${index}`)
      await queue.enqueueMany(jobIds.map((jobId) => job(jobId)))
      const pages = await readPages(queue, { limit: 4 }, async () => {
        const { lease } = await take(queue)
        await queue.complete(lease.leaseId, {})
        await queue.enqueue(job(`late-${lease.jobId}`, { priority: 1 }))
        await queue.cancel('run', `late-${lease.jobId}`)
      })
      const listed = pages.flat().filter(({ jobId }) => !jobId.startsWith('late'))
      assert.deepEqual(idsOf(listed), [...jobIds].sort())
    })
  })

  describe('stats', () => {
    it('counts by state and by label set [INS-1]', async ({ queue, peer, advance }) => {
      const { queue: other } = await peer()
      await oneInEachState(queue)
      await queue.enqueueMany([
        job('gpu-1', { requiredLabels: ['gpu', 'arm'] }),
        job('gpu-2', { requiredLabels: ['arm', 'gpu'], delayMs: LONG_MS }),
        job('gone', { requiredLabels: ['gone'] }),
      ])
      await queue.cancel('run', 'gone')
      await advance(PAST_SHORT_MS)
      const { byState, byLabelSet } = await other.stats()
      const ended = { completed: 1, failed: 1, cancelled: 2 }
      assert.deepEqual(byState, { waiting: 3, delayed: 2, active: 1, ...ended })
      const sets = [...byLabelSet].sort((a, b) => a.labels.length - b.labels.length)
      assert.deepEqual(sets, [
        { labels: [], waiting: 2, delayed: 1, active: 1 },
        { labels: ['arm', 'gpu'], waiting: 1, delayed: 1, active: 0 },
      ])
    })

    it('counts nothing in an empty queue [INS-1]', async ({ queue }) => {
      const byState = { waiting: 0, delayed: 0, active: 0, completed: 0, failed: 0, cancelled: 0 }
      assert.deepEqual(await queue.stats(), { byState, byLabelSet: [] })
    })
  })

  describe('position', () => {
    it('counts the jobs of the label set that come before [INS-2]', async ({ queue, peer }) => {
      const { queue: other } = await peer()
      await queue.enqueueMany([
        job('low'),
        job('elsewhere', { priority: 9, requiredLabels: ['gpu'] }),
        job('high', { priority: 5 }),
        job('second'),
        job('higher', { priority: 6 }),
      ])
      const order = ['higher', 'high', 'low', 'second']
      for (const [index, jobId] of order.entries()) assert.equal(await other.position('run', jobId), index, jobId)
      assert.equal(await queue.position('run', 'elsewhere'), 0)
      await take(queue)
      assert.equal(await queue.position('run', 'second'), 2)
    })

    it('is null for a job that does not wait [INS-2]', async ({ queue }) => {
      await oneInEachState(queue)
      for (const jobId of ['delayed', 'active', 'completed', 'failed', 'cancelled', 'unknown']) {
        assert.equal(await queue.position('run', jobId), null, jobId)
      }
    })
  })
}

const IN_EACH_STATE: Record<JobState, string[]> = {
  waiting: ['due', 'waiting'],
  delayed: ['delayed'],
  active: ['active'],
  completed: ['completed'],
  failed: ['failed'],
  cancelled: ['cancelled'],
}

/** Leaves one job in each state, named for it, and one whose delay is soon over. */
async function oneInEachState(queue: JobQueue): Promise<void> {
  for (const jobId of ['completed', 'failed', 'active']) await queue.enqueue(job(jobId, { retryPolicy: retries(1) }))
  await queue.complete((await take(queue)).lease.leaseId, {})
  await queue.fail((await take(queue)).lease.leaseId, { message: 'broken' }, { retryable: false })
  await take(queue)
  await queue.enqueueMany([
    job('waiting'),
    job('delayed', { delayMs: LONG_MS }),
    job('due', { delayMs: SHORT_MS }),
    job('cancelled'),
  ])
  await queue.cancel('run', 'cancelled')
}

function idsOf(jobs: readonly JobSummary[]): string[] {
  return jobs.map(({ jobId }) => jobId).sort()
}

async function readPages(
  queue: JobQueue,
  options: ListJobsOptions,
  betweenPages = async () => {},
): Promise<(readonly JobSummary[])[]> {
  const pages: (readonly JobSummary[])[] = []
  let page = await queue.listJobs('run', options)
  pages.push(page.jobs)
  while (page.nextCursor !== undefined) {
    assert.ok(pages.length < 100, 'the pages do not end')
    await betweenPages()
    page = await queue.listJobs('run', { ...options, cursor: page.nextCursor })
    pages.push(page.jobs)
  }
  return pages
}
