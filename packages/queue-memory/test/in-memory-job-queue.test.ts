import { getEventListeners } from 'node:events'
import type { ClaimOptions, QueuedJob } from '@sluice/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { InMemoryJobQueue, ManualClock } from '../src/index.ts'

const worker: ClaimOptions = { workerId: 'w1', labels: [], leaseTtlMs: 1000 }
const waiting = { ...worker, waitMs: 60_000 }

let clock: ManualClock
let queue: InMemoryJobQueue

beforeEach(() => {
  clock = new ManualClock(1_000_000)
  queue = new InMemoryJobQueue({ clock })
})

function job(jobId: string, rest: Partial<QueuedJob> = {}): QueuedJob {
  return { workflowId: 'run', jobId, command: 'make', ...rest }
}

async function take(options: Partial<ClaimOptions> = {}) {
  const claimed = await queue.claim({ ...worker, ...options })
  if (!claimed) throw new Error('nothing to claim')
  return claimed
}

async function drain(): Promise<string[]> {
  return (await queue.claimMany({ ...worker, limit: 1000 })).map((claimed) => claimed.job.jobId)
}

describe('the order of jobs', () => {
  it('puts a delayed job at the back when it is due, wherever it was enqueued', async () => {
    await queue.enqueueMany([job('due late', { delayMs: 20 }), job('due early', { delayMs: 10 }), job('first')])
    await clock.advance(15)
    await queue.enqueue(job('between'))
    await clock.advance(15)
    await queue.enqueue(job('last'))
    expect(await drain()).toEqual(['first', 'due early', 'between', 'due late', 'last'])
  })

  it('keeps the order of jobs that are due at the same time', async () => {
    const jobIds = Array.from({ length: 50 }, (_, index) => `${index}`)
    await queue.enqueueMany(jobIds.map((jobId) => job(jobId, { delayMs: 10 })))
    await clock.advance(10)
    expect(await drain()).toEqual(jobIds)
  })

  it('puts a retried job at the back of its priority, and a released one at the front', async () => {
    const retryPolicy = { maxRetries: 1, backoff: { kind: 'none' as const } }
    await queue.enqueueMany([job('retried', { retryPolicy }), job('released'), job('third'), job('fourth')])
    const { lease: first } = await take()
    const { lease: second } = await take()
    await queue.release(second.leaseId)
    await queue.fail(first.leaseId, { message: 'broken' }, { retryable: true })
    expect(await drain()).toEqual(['released', 'third', 'fourth', 'retried'])
  })

  it('reports a job as waiting from the millisecond on in which it is due', async () => {
    await queue.enqueue(job('build', { delayMs: 10 }))
    await clock.advance(9)
    expect((await queue.stats()).byState).toMatchObject({ delayed: 1, waiting: 0 })
    await clock.advance(1)
    expect((await queue.listJobs('run')).jobs[0]?.state).toBe('waiting')
    expect((await queue.stats()).byLabelSet).toEqual([{ labels: [], waiting: 1, delayed: 0, active: 0 }])
  })
})

describe('waiting claims', () => {
  it('are served in the order in which they came, by those who can run the job', async () => {
    const served: string[] = []
    const claims = [
      ['w1', []],
      ['w2', ['gpu']],
      ['w3', ['arm', 'gpu']],
      ['w4', ['gpu']],
    ] as const
    const waits = claims.map(([workerId, labels]) =>
      queue.claim({ ...waiting, workerId, labels }).then((claimed) => served.push(`${workerId} ${claimed?.job.jobId}`)),
    )
    for (const jobId of ['a', 'b']) await queue.enqueue(job(jobId, { requiredLabels: ['gpu'] }))
    for (const jobId of ['c', 'd']) await queue.enqueue(job(jobId))
    await Promise.all(waits)
    expect(served).toEqual(['w2 a', 'w3 b', 'w1 c', 'w4 d'])
  })

  it('get the best of what is enqueued at once, and as many as they may have', async () => {
    const one = queue.claim(waiting)
    const many = queue.claimMany({ ...waiting, limit: 2 })
    const last = queue.claim(waiting)
    await queue.enqueueMany([job('low'), job('mid', { priority: 1 }), job('high', { priority: 2 }), job('lower')])
    expect((await one)?.job.jobId).toBe('high')
    expect((await many).map((claimed) => claimed.job.jobId)).toEqual(['mid', 'low'])
    expect((await last)?.job.jobId).toBe('lower')
  })

  it('get no more than one job, whatever else is asked for', async () => {
    const claim = queue.claim({ ...waiting, limit: 5 } as ClaimOptions)
    await queue.enqueueMany([job('a'), job('b')])
    await claim
    expect((await queue.stats()).byState).toMatchObject({ waiting: 1, active: 1 })
  })

  it('are served though another job of the call could not be read', async () => {
    const claim = queue.claim(waiting)
    const trap = new Proxy(job('trap'), {
      get: () => {
        throw new Error('not readable')
      },
    })
    await expect(queue.enqueueMany([job('a'), trap])).rejects.toThrow('not readable')
    expect((await claim)?.job.jobId).toBe('a')
  })

  it('do not begin with a signal that has aborted, and take no lease', async () => {
    await queue.enqueue(job('build'))
    const signal = AbortSignal.abort()
    expect(await queue.claim({ ...worker, signal })).toBeNull()
    expect(await queue.claimMany({ ...waiting, limit: 3, signal })).toEqual([])
    expect(await drain()).toEqual(['build'])
  })

  it('leave no listener on their signal, however they end', async () => {
    const { signal } = new AbortController()
    const [served, timedOut, closed] = [1, 10, 100].map((waitMs) => queue.claim({ ...worker, waitMs, signal }))
    expect(getEventListeners(signal, 'abort').length).toBe(3)
    await queue.enqueue(job('build'))
    await clock.advance(10)
    await queue.close()
    expect((await Promise.all([served, timedOut, closed])).map((claimed) => claimed?.job.jobId)).toEqual([
      'build',
      undefined,
      undefined,
    ])
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('leases', () => {
  it('tell how the last one was settled while the next runs, and no longer', async () => {
    const retryPolicy = { maxRetries: 2, backoff: { kind: 'none' as const } }
    await queue.enqueue(job('build', { retryPolicy }))
    const fail = (leaseId: string) => queue.fail(leaseId, { message: 'broken' }, { retryable: true })
    const { lease: first } = await take()
    const result = await fail(first.leaseId)
    const { lease: second } = await take()
    expect(await fail(first.leaseId)).toEqual(result)
    await fail(second.leaseId)
    await expect(fail(first.leaseId)).rejects.toMatchObject({ code: 'LEASE_EXPIRED' })
  })

  it('of a purged job are unknown', async () => {
    await queue.enqueue(job('build'))
    const { lease } = await take()
    await queue.complete(lease.leaseId, {})
    await clock.advance(1)
    await queue.purge(0)
    await expect(queue.complete(lease.leaseId, {})).rejects.toMatchObject({ code: 'LEASE_NOT_FOUND' })
  })
})

describe('events', () => {
  it('announce a delayed job once, with the time from which on it can be claimed', async () => {
    const subscription = await queue.subscribe()
    await queue.enqueue(job('build', { delayMs: 10 }))
    await clock.advance(10)
    await take()
    const [ready, started] = [await subscription.next(), await subscription.next()]
    expect(ready.value).toMatchObject({ kind: 'ready', at: 1_000_000, availableAt: 1_000_010 })
    expect(started.value).toMatchObject({ kind: 'started', at: 1_000_010 })
  })

  it('leave out large outputs, which getJob has', async () => {
    const subscription = await queue.subscribe({ kinds: ['completed'] })
    await queue.enqueueMany([job('small'), job('large')])
    await queue.complete((await take()).lease.leaseId, { url: 'here' })
    await queue.complete((await take()).lease.leaseId, { text: 'x'.repeat(5000) })
    expect((await subscription.next()).value).toMatchObject({ jobId: 'small', outputs: { url: 'here' } })
    expect((await subscription.next()).value).not.toHaveProperty('outputs')
    expect((await queue.getJob('run', 'large'))?.outputs?.text).toHaveLength(5000)
  })
})

describe('listJobs', () => {
  it('pages over an id with a line separator', async () => {
    const queue = new InMemoryJobQueue()
    for (const jobId of ['a\u2028b', 'c', 'd']) await queue.enqueue({ workflowId: 'run', jobId, command: 'x' })
    const first = await queue.listJobs('run', { limit: 1 })
    const second = await queue.listJobs('run', { limit: 1, cursor: first.nextCursor as string })
    expect(second.jobs.map((j) => j.jobId)).toEqual(['c'])
  })
})
