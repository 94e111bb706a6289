import { getEventListeners } from 'node:events'
import type { ClaimOptions } from '@sluice/core'
import { describe, expect, it } from 'vitest'
import { createMemoryBackend, InMemoryJobQueue, ManualClock } from '../src/index.ts'

const worker: ClaimOptions = { workerId: 'w1', labels: [], leaseTtlMs: 60_000 }
const job = (jobId: string, delayMs = 0) => ({ workflowId: 'run', jobId, command: 'make', delayMs })

function countTimeouts(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
}

describe('the timers of the queue', () => {
  it('are none while no claim waits', async () => {
    const clock = new ManualClock()
    const queue = new InMemoryJobQueue({ clock })
    await queue.enqueue(job('now'))
    await queue.enqueue(job('later', 1000))
    await queue.claim(worker)
    expect(clock.timerCount).toBe(0)
  })

  it('are one for each claim that waits, and one for all that is delayed', async () => {
    const clock = new ManualClock()
    const queue = new InMemoryJobQueue({ clock })
    const waits = [queue.claim({ ...worker, waitMs: 500 }), queue.claim({ ...worker, waitMs: 600 })]
    expect(clock.timerCount).toBe(2)
    await queue.enqueue(job('a', 1000))
    await queue.enqueue(job('b', 900))
    await queue.enqueue(job('c', 2000))
    expect(clock.timerCount).toBe(3)
    await clock.advance(600)
    expect(await Promise.all(waits)).toEqual([null, null])
    expect(clock.timerCount).toBe(0)
  })

  it('are freed when the claim is served, when its signal aborts, and when nothing is delayed any more', async () => {
    const clock = new ManualClock()
    const queue = new InMemoryJobQueue({ clock })
    const { signal, abort } = abortable()
    await queue.enqueue(job('later', 1000))
    const served = queue.claim({ ...worker, waitMs: 5000, signal })
    await queue.enqueue(job('now'))
    expect((await served)?.job.jobId).toBe('now')
    expect(clock.timerCount).toBe(0)

    const aborted = queue.claim({ ...worker, waitMs: 5000, signal })
    expect(clock.timerCount).toBe(2)
    await queue.cancel('run', 'later')
    expect(clock.timerCount).toBe(1)
    abort()
    expect(await aborted).toBeNull()
    expect(clock.timerCount).toBe(0)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('wake a claim at the time of an earlier job that comes later', async () => {
    const clock = new ManualClock(0)
    const queue = new InMemoryJobQueue({ clock })
    await queue.enqueue(job('second', 1000))
    const claim = queue.claim({ ...worker, waitMs: 5000 }).then((claimed) => [claimed?.job.jobId, clock.now()])
    await queue.enqueue(job('first', 100))
    await clock.advance(5000)
    expect(await claim).toEqual(['first', 100])
  })

  it('wait for a time that the timers of JavaScript cannot reach', async () => {
    const queue = new InMemoryJobQueue()
    await queue.enqueue(job('next year', 365 * 24 * 3_600_000))
    expect(await queue.claim({ ...worker, waitMs: 20 })).toBeNull()
    await queue.close()
  })

  it('are gone after close, in the process too', async () => {
    const before = countTimeouts()
    const backend = createMemoryBackend()
    await backend.queue.enqueue(job('later', 60_000))
    const { signal } = abortable()
    const claims = [
      backend.queue.claim({ ...worker, waitMs: 60_000 }),
      backend.queue.claim({ ...worker, waitMs: 60_000, signal }),
    ]
    const log = backend.logs.follow({ workflowId: 'run', jobId: 'later' }, { signal })
    const following = log[Symbol.asyncIterator]().next()
    expect(countTimeouts()).toBe(before + 3)
    await backend.close()
    expect(countTimeouts()).toBe(before)
    expect(await Promise.all(claims)).toEqual([null, null])
    expect(await following).toEqual({ done: true, value: undefined })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

function abortable() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}
