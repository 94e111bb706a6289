import { BackendUnavailableError, type RunSummary } from '@sluice/core'
import { describe, expect, it } from 'vitest'
import type { RunUpdate } from '../../src/enqueuer/run-watch.ts'
import { workflowFrom, workflowOf } from '../run/workflows.ts'
import { interceptedBackend } from './intercepted-backend.ts'
import { TestBed } from './test-bed.ts'

const WORKFLOW = workflowFrom({ a: '', b: 'a' })

/** Replays updates and checks each against the counts it comes with. */
function replay(updates: readonly RunUpdate[]): Record<string, string> {
  const states = new Map<string, string>()
  for (const { jobs, run } of updates) {
    for (const job of jobs) states.set(job.jobId, job.state)
    for (const [state, count] of Object.entries(run.counts))
      expect([...states.values()].filter((each) => each === state)).toHaveLength(count)
  }
  return Object.fromEntries(states)
}

async function collect(updates: AsyncIterable<RunUpdate>): Promise<RunUpdate[]> {
  const all: RunUpdate[] = []
  for await (const update of updates) all.push(update)
  return all
}

describe('watchRun', () => {
  it('begins with all jobs, tells each change, and ends with the run', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    const watch = enqueuer.watchRun('r')[Symbol.asyncIterator]()
    const first = (await watch.next()).value as RunUpdate
    expect(first.jobs.map(({ jobId, state }) => [jobId, state])).toEqual([
      ['a', 'queued'],
      ['b', 'blocked'],
    ])
    await bed.complete('a', { k: 'v' })
    const second = (await watch.next()).value as RunUpdate
    expect(second.jobs).toMatchObject([
      { jobId: 'a', state: 'succeeded', outputs: { k: 'v' } },
      { jobId: 'b', state: 'queued' },
    ])
    await bed.settle()
    await bed.complete('b')
    const third = (await watch.next()).value as RunUpdate
    expect(third).toMatchObject({ jobs: [{ jobId: 'b', state: 'succeeded' }], run: { status: 'succeeded' } })
    expect(third.run.finishedAt).toBe(bed.clock.now())
    expect(await watch.next()).toEqual({ done: true, value: undefined })
  })

  it('merges what a slow reader has not taken', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await enqueuer.startRun(workflowOf(Array.from({ length: 20 }, (_, n) => ({ id: `j${n}` }))), { runId: 'r' })
    const watch = enqueuer.watchRun('r')[Symbol.asyncIterator]()
    const updates = [(await watch.next()).value as RunUpdate]
    bed.workers()
    await enqueuer.waitForRun('r')
    updates.push((await watch.next()).value as RunUpdate)
    expect(updates[1]?.jobs).toHaveLength(20)
    expect(updates[1]?.run.status).toBe('succeeded')
    expect((await watch.next()).done).toBe(true)
    replay(updates)
  })

  it('gives a run that has ended in one update', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    bed.workers()
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    await enqueuer.waitForRun('r')
    const updates = await collect(enqueuer.watchRun('r'))
    expect(updates).toHaveLength(1)
    expect(replay(updates)).toEqual({ a: 'succeeded', b: 'succeeded' })
  })

  it('serves any number of readers, each with every change', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await enqueuer.startRun(workflowFrom({ a: '', b: 'a', c: 'b' }), { runId: 'r' })
    const watches = [1, 2, 3].map(() => collect(enqueuer.watchRun('r')))
    await bed.settle()
    bed.workers()
    for (const updates of await Promise.all(watches))
      expect(replay(updates)).toEqual({ a: 'succeeded', b: 'succeeded', c: 'succeeded' })
  })

  it('follows a run that another process schedules', async () => {
    const bed = new TestBed()
    const active = await bed.enqueuer()
    const other = await bed.enqueuer({ schedule: false })
    await active.startRun(WORKFLOW, { runId: 'r' })
    const watching = collect(other.watchRun('r'))
    const waiting = other.waitForRun('r')
    await bed.advance(1000, 2)
    await bed.complete('a')
    await bed.advance(1000, 2)
    await bed.complete('b')
    await bed.advance(1000, 2)
    const updates = await watching
    expect(updates.length).toBeGreaterThan(2)
    expect(replay(updates)).toEqual({ a: 'succeeded', b: 'succeeded' })
    expect((await waiting).status).toBe('succeeded')
    expect(updates[1]?.jobs.map(({ jobId }) => jobId)).toEqual(['a', 'b'])
  })

  it('tells how a run ended though the store is away for a moment just then', async () => {
    const bed = new TestBed()
    let isAway = false
    const backend = interceptedBackend(bed.backend, async (method, call) => {
      if (!isAway || method !== 'workflows.getRun') return call()
      isAway = false
      throw new BackendUnavailableError('the test store')
    })
    const enqueuer = await bed.enqueuer({ backend })
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    const watching = collect(enqueuer.watchRun('r'))
    await bed.complete('a')
    await bed.untilState('r', 'b', 'queued')
    await bed.settle()
    isAway = true
    await bed.complete('b')
    const updates = await bed.whileTimePasses(watching)
    expect(bed.errors).toHaveLength(1)
    expect(replay(updates)).toEqual({ a: 'succeeded', b: 'succeeded' })
    expect(updates.at(-1)?.run.finishedAt).toBeDefined()
  })

  it('ends when its signal aborts or its reader leaves', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    const controller = new AbortController()
    const watching = collect(enqueuer.watchRun('r', { signal: controller.signal }))
    await bed.settle()
    controller.abort()
    expect(await watching).toHaveLength(1)
    for await (const _ of enqueuer.watchRun('r')) break
    expect(await collect(enqueuer.watchRun('r', { signal: AbortSignal.abort() }))).toEqual([])
  })

  it('rejects where there is no such run', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await expect(collect(enqueuer.watchRun('nope'))).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
  })
})

describe('waitForRun', () => {
  it('resolves for every waiter, and at once for a run that has ended', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    const waiting = [1, 2].map(() => enqueuer.waitForRun('r'))
    bed.workers()
    const [first, second] = (await Promise.all(waiting)) as [RunSummary, RunSummary]
    expect(second).toEqual(first)
    expect(await enqueuer.waitForRun('r')).toEqual(first)
  })

  it('rejects with the reason of its signal', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer()
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    const controller = new AbortController()
    const waiting = enqueuer.waitForRun('r', { signal: controller.signal })
    const rejected = expect(waiting).rejects.toThrow('enough')
    await bed.settle()
    controller.abort(new Error('enough'))
    await rejected
    await expect(enqueuer.waitForRun('r', { signal: controller.signal })).rejects.toThrow('enough')
  })
})
