import assert from 'node:assert/strict'
import type { JobQueue } from '../job-queue.ts'
import { drain, job, LONG_MS, retries, take, WORKER } from './sample-jobs.ts'
import type { QueueSuite } from './suite.ts'

export function claimSection({ describe, it }: QueueSuite): void {
  describe('claim', () => {
    it('gives a job to one worker at a time [CLM-1]', async ({ queue, peer }) => {
      const { queue: other } = await peer()
      await queue.enqueue(job('build'))
      await take(queue)
      assert.equal(await queue.claim(WORKER), null)
      assert.equal(await other.claim({ ...WORKER, workerId: 'w2' }), null)
    })

    it('gives each claim a lease of its own [CLM-1]', async ({ queue }) => {
      await queue.enqueueMany([job('build', { retryPolicy: retries(1) }), job('test')])
      const leaseIds = new Set<string>()
      for (let claims = 0; claims < 2; claims++) {
        const { lease } = await take(queue)
        leaseIds.add(lease.leaseId)
        await queue.release(lease.leaseId)
      }
      leaseIds.add((await take(queue)).lease.leaseId)
      leaseIds.add((await take(queue)).lease.leaseId)
      assert.equal(leaseIds.size, 4)
    })

    for (const [required, offered, fits] of LABELS) {
      const title = `${fits ? 'gives' : 'keeps'} a job for [${required}] ${fits ? 'to' : 'from'} a worker with [${offered}]`
      it(`${title} [CLM-2]`, async ({ queue }) => {
        await queue.enqueue(job('build', { requiredLabels: required }))
        assert.equal((await queue.claim({ ...WORKER, labels: offered })) !== null, fits)
      })
    }

    it('takes the highest priority first, over all label sets [CLM-3]', async ({ queue }) => {
      await queue.enqueueMany([
        job('low'),
        job('gpu-high', { priority: 1000, requiredLabels: ['gpu'] }),
        job('mid', { priority: 5 }),
        job('gpu-mid', { priority: 6, requiredLabels: ['gpu'] }),
        job('both', { priority: 7, requiredLabels: ['arm', 'gpu'] }),
        job('high', { priority: 999 }),
        job('gpu-low', { priority: 1, requiredLabels: ['gpu'] }),
      ])
      const order = ['gpu-high', 'high', 'both', 'gpu-mid', 'mid', 'gpu-low', 'low']
      assert.deepEqual(await drain(queue, { labels: ['gpu', 'arm'] }), order)
    })

    it('takes equal priorities first in, first out [CLM-3]', async ({ queue, peer }) => {
      const { queue: other } = await peer()
      for (const jobId of ['c', 'a', 'b']) await queue.enqueue(job(jobId, { priority: 3 }))
      await other.enqueue(job('d', { priority: 3 }))
      await queue.enqueueMany([job('f', { priority: 3 }), job('e', { priority: 3 })])
      assert.deepEqual(await drain(queue), ['c', 'a', 'b', 'd', 'f', 'e'])
    })

    it('ranks a job that returns by its priority [CLM-3]', async ({ queue }) => {
      await queue.enqueueMany([
        job('high', { priority: 2, retryPolicy: retries(1) }),
        job('low'),
        job('mid', { priority: 1 }),
      ])
      const { lease } = await take(queue)
      await queue.fail(lease.leaseId, { message: 'broken' }, { retryable: true })
      assert.deepEqual(await drain(queue), ['high', 'mid', 'low'])
    })

    it('starves no label set [CLM-3]', async ({ queue }) => {
      await queue.enqueueMany([
        job('gpu', { requiredLabels: ['gpu'] }),
        job('any'),
        job('arm', { requiredLabels: ['arm'] }),
      ])
      const wanted = new Set(['gpu', 'any', 'arm'])
      for (let round = 0; wanted.size > 0; round++) {
        assert.ok(round < 50, `${[...wanted]} waited while 50 equals that came later were served`)
        const rivals = [[], ['gpu'], ['arm']].map((labels, index) =>
          job(`${round}-${index}`, { requiredLabels: labels }),
        )
        await queue.enqueueMany(rivals)
        wanted.delete((await take(queue, { labels: ['gpu', 'arm'] })).job.jobId)
      }
    })

    it('costs the same however many jobs wait for other workers [CLM-4]', async ({ queue }) => {
      const few = await fastestClaimMs(queue, 'few')
      for (let batch = 0; batch < 20; batch++) {
        const jobs = Array.from({ length: 1000 }, (_, index) =>
          job(`${batch}-${index}`, { requiredLabels: [`pool-${batch}`] }),
        )
        await queue.enqueueMany(jobs)
      }
      const many = await fastestClaimMs(queue, 'many')
      assert.ok(
        many < 5 * few + 0.05,
        `a claim took ${few} ms alone and ${many} ms beside 20,000 jobs of other workers`,
      )
    })

    it('carries the job exactly as it was enqueued [CLM-6]', async ({ queue, peer }) => {
      const { queue: other } = await peer()
      const enqueued = job('build', {
        command: 'make "all"\n\t$HOME \u{1f680}',
        payload: { list: [1, 0.1, -7e21, null, true, '', 'ü'], nested: { 'a.b': { '': {} } }, empty: [] },
        requiredLabels: ['arm', 'gpu'],
        priority: 7,
        retryPolicy: { maxRetries: 2, backoff: { kind: 'exponential', baseMs: 10, maxMs: 20, jitter: true } },
        timeoutMs: 1234,
        upstreamOutputs: { 'job 1': { url: 'https://example.org/?a=1&b=2', empty: '' }, none: {} },
      })
      await queue.enqueue(enqueued)
      const claimed = await take(other, { labels: ['gpu', 'x', 'arm'] })
      assert.deepEqual({ ...claimed.job, delayMs: 0 }, { ...enqueued, delayMs: 0 })
    })

    it('carries nothing that was not enqueued [CLM-6]', async ({ queue }) => {
      await queue.enqueue(job('build'))
      const { payload, timeoutMs, upstreamOutputs, requiredLabels, priority } = (await take(queue)).job
      assert.deepEqual([payload, timeoutMs, upstreamOutputs], [undefined, undefined, undefined])
      assert.deepEqual([requiredLabels ?? [], priority ?? 0], [[], 0])
    })

    it('gives a lease that says who holds what, and until when [CLM-6]', async ({ queue, assertTime }) => {
      await queue.enqueue(job('build'))
      const { lease } = await take(queue, { workerId: 'w7', leaseTtlMs: LONG_MS })
      const { leaseId, expiresAt, ...rest } = lease
      assert.ok(leaseId.length > 0)
      assert.deepEqual(rest, { workflowId: 'run', jobId: 'build', workerId: 'w7', attempt: 0, ttlMs: LONG_MS })
      const record = await queue.getJob('run', 'build')
      assert.equal(record?.leaseExpiresAt, expiresAt)
      assertTime(record?.startedAt, expiresAt - LONG_MS)
    })
  })

  describe('claimMany', () => {
    it('leases what as many single claims would, in their order [CLM-7]', async ({ queue }) => {
      await queue.enqueueMany([
        job('a'),
        job('b', { priority: 1, requiredLabels: ['gpu'] }),
        job('c', { requiredLabels: ['arm'] }),
        job('d', { priority: 1 }),
        job('e', { priority: 2 }),
        job('f'),
      ])
      const claimed = await queue.claimMany({ ...WORKER, labels: ['gpu'], limit: 4 })
      const [first, ...others] = claimed.map(({ job }) => job.jobId)
      assert.deepEqual([first, others.slice(0, 2).sort(), others.slice(2)], ['e', ['b', 'd'], ['a']])
      assert.equal(new Set(claimed.map(({ lease }) => lease.leaseId)).size, 4)
    })

    it('leases fewer than its limit where there are fewer [CLM-7]', async ({ queue }) => {
      await queue.enqueue(job('build'))
      assert.equal((await queue.claimMany({ ...WORKER, limit: 1000 })).length, 1)
      assert.deepEqual(await queue.claimMany({ ...WORKER, limit: 1000 }), [])
    })
  })
}

const LABELS: readonly (readonly [required: string[], offered: string[], fits: boolean])[] = [
  [[], [], true],
  [[], ['gpu', 'arm'], true],
  [['gpu'], [], false],
  [['gpu'], ['arm'], false],
  [['gpu'], ['gpu:2', 'gp', 'gpus', 'GPU'], false],
  [['gpu', 'arm'], ['gpu'], false],
  [['gpu', 'arm'], ['arm', 'big', 'gpu'], true],
  [['a', 'b', 'c', 'd', 'e', 'f', 'g'], ['g', 'f', 'e', 'd', 'c', 'b', 'a'], true],
  [['os:linux/x86_64', 'k=v', 'a.b-c'], ['a.b-c', 'k=v', 'os:linux/x86_64'], true],
  [['gpu', 'gpu'], ['gpu'], true],
]

/** The fastest of many claims, which noise cannot make faster. */
async function fastestClaimMs(queue: JobQueue, workflowId: string): Promise<number> {
  await queue.enqueueMany(Array.from({ length: 40 }, (_, index) => job(`${index}`, { workflowId })))
  let fastestMs = Number.POSITIVE_INFINITY
  for (let claims = 0; claims < 40; claims++) {
    const startedAt = performance.now()
    await take(queue)
    fastestMs = Math.min(fastestMs, performance.now() - startedAt)
  }
  return fastestMs
}
