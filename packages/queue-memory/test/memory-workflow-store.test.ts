import type { NewRun, RunJob, RunJobCounts } from '@sluice/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { ManualClock, MemoryWorkflowStore } from '../src/index.ts'

const NONE: RunJobCounts = { blocked: 0, queued: 0, running: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0 }

let clock: ManualClock
let store: MemoryWorkflowStore

beforeEach(() => {
  clock = new ManualClock(1000)
  store = new MemoryWorkflowStore({ clock })
})

function blocked(jobId: string): RunJob {
  return { jobId, state: 'blocked', runAttempt: 1 }
}

function run(runId: string, jobIds: readonly string[] = ['build']): NewRun {
  return { runId, name: 'nightly', definition: { jobs: {} }, counts: NONE, jobs: jobIds.map(blocked) }
}

describe('what the store hands out', () => {
  it('is not what it was given', async () => {
    const outputs: Record<string, string> = { url: 'here' }
    const definition = { jobs: { build: { run: 'make' } } }
    const jobs: RunJob[] = [{ jobId: 'build', state: 'succeeded', runAttempt: 1, outputs }]
    await store.createRun({ ...run('r1'), definition, jobs })
    definition.jobs.build.run = 'rm'
    outputs.url = 'there'
    jobs.length = 0
    const loaded = await store.loadRun('r1')
    expect(loaded?.run.definition).toEqual({ jobs: { build: { run: 'make' } } })
    expect(loaded?.jobs[0]?.outputs).toEqual({ url: 'here' })
  })

  it('is frozen, but for the lists, which are new each time', async () => {
    await store.createRun({ ...run('r1'), definition: [{ id: 'build' }] })
    const loaded = await store.loadRun('r1')
    const definition = loaded?.run.definition as object[]
    expect([definition, ...definition].every(Object.isFrozen)).toBe(true)
    expect(Object.isFrozen(loaded?.run.counts)).toBe(true)
    expect(Object.isFrozen(loaded?.jobs[0])).toBe(true)
    const list = loaded?.jobs as RunJob[]
    list.length = 0
    expect((await store.loadRun('r1'))?.jobs).toHaveLength(1)
  })

  it('keeps what was loaded as it was at that moment', async () => {
    await store.createRun(run('r1'))
    const before = await store.loadRun('r1')
    await store.commitRun('r1', 1, { jobs: [{ jobId: 'build', state: 'queued', runAttempt: 1 }] })
    expect(before?.jobs[0]?.state).toBe('blocked')
    expect((await store.loadRun('r1'))?.jobs[0]?.state).toBe('queued')
  })
})

describe('createRun', () => {
  it.each([
    ['a job that is there twice', { jobs: [blocked('a'), blocked('a')] }, 'jobs[1].jobId is there twice: "a"'],
    ['a state that is none', { jobs: [{ ...blocked('a'), state: 'lost' }] }, 'jobs[0].state must be one of blocked,'],
    ['a definition that is not JSON', { definition: { when: new Date() } }, 'definition.when must be plain JSON'],
    ['counts that are not whole', { counts: { ...NONE, failed: 0.5 } }, 'counts.failed must be an integer'],
    ['a name that is none', { name: 7 }, 'name must be a string'],
    ['jobs that are no list', { jobs: null }, 'jobs must be an array'],
  ])('refuses %s', async (_what, change, message) => {
    await expect(store.createRun({ ...run('r1'), ...(change as object) })).rejects.toThrow(message)
    expect(await store.getRun('r1')).toBeNull()
  })
})

describe('commitRun', () => {
  it('touches only the jobs that it changes, in a run of any size', async () => {
    const jobIds = Array.from({ length: 10_000 }, (_, index) => `job-${index}`)
    await store.createRun(run('r1', jobIds))
    const before = await store.loadRun('r1')
    await store.commitRun('r1', 1, { jobs: [{ jobId: 'job-77', state: 'queued', runAttempt: 1 }] })
    const after = await store.loadRun('r1')
    const changed = after?.jobs.filter((job, index) => job !== before?.jobs[index])
    expect(changed).toEqual([{ jobId: 'job-77', state: 'queued', runAttempt: 1 }])
  })

  it('changes nothing where one of its jobs is not of the run', async () => {
    await store.createRun(run('r1'))
    const jobs: RunJob[] = ['build', 'deploy'].map((jobId) => ({ jobId, state: 'queued', runAttempt: 1 }))
    await expect(store.commitRun('r1', 1, { status: 'failed', jobs })).rejects.toThrow(
      'jobs[1].jobId is not of run "r1": "deploy"',
    )
    expect((await store.loadRun('r1'))?.jobs).toEqual([blocked('build')])
    expect(await store.getRun('r1')).toMatchObject({ status: 'running', version: 1 })
  })
})

describe('listRuns', () => {
  it('goes on where the page before ended, whatever was created and deleted in between', async () => {
    for (let at = 0; at < 6; at++) await store.createRun(run(`r${at}`))
    await store.commitRun('r2', 1, { status: 'succeeded' })
    const first = await store.listRuns({ limit: 3 })
    await clock.advance(10)
    await store.createRun(run('r6'))
    await store.deleteRuns(5)
    const second = await store.listRuns({ limit: 3, cursor: first.nextCursor ?? '' })
    expect([first, second].map(({ runs }) => runs.map(({ runId }) => runId))).toEqual([
      ['r5', 'r4', 'r3'],
      ['r1', 'r0'],
    ])
    expect(second.nextCursor).toBeUndefined()
  })

  it.each(['', 'r1', '-1', '1e3'])('refuses the cursor %j', async (cursor) => {
    await expect(store.listRuns({ cursor })).rejects.toMatchObject({ code: 'VALIDATION', field: 'cursor' })
  })
})

describe('claimScheduling', () => {
  it('begins a new term only when the owner changes', async () => {
    const terms: (number | undefined)[] = []
    const claim = async (owner: string) => terms.push((await store.claimScheduling(owner, 100))?.term)
    await claim('a')
    await claim('a')
    await claim('b')
    await clock.advance(100)
    await claim('a')
    await clock.advance(100)
    await claim('b')
    await store.releaseScheduling('a')
    await claim('a')
    await store.releaseScheduling('b')
    await claim('a')
    expect(terms).toEqual([1, 1, undefined, 1, 2, undefined, 3])
  })
})
