import type { RunJob } from '@sluice/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RedisConnection } from '../../src/connection/redis-connection.ts'
import type { RedisSession } from '../../src/connection/redis-session.ts'
import { commitRun } from '../../src/workflow-store/commit-run.ts'
import { createRun } from '../../src/workflow-store/create-run.ts'
import { loadRun } from '../../src/workflow-store/load-run.ts'
import { RedisWorkflowStore } from '../../src/workflow-store/redis-workflow-store.ts'
import { testServer } from '../private-redis.ts'
import { sampleJobs, sampleRun } from './sample-runs.ts'

const { url, admin } = await testServer()

describe('a run of 100,000 jobs', { timeout: 120_000 }, () => {
  it('is created, changed, read and deleted by scripts that take milliseconds', async () => {
    const workflows = await RedisWorkflowStore.open({ url, namespace: 'large', warn: () => {} })
    onTestFinished(() => workflows.close())
    const queued = sampleJobs(100_000, { state: 'queued' })
    await admin.config('RESETSTAT')
    expect(await workflows.createRun(sampleRun('r1', 100_000))).toEqual({ status: 'created' })
    expect((await workflows.loadRun('r1'))?.jobs).toHaveLength(100_000)
    expect(await workflows.commitRun('r1', 1, { jobs: queued })).toBe(2)
    expect((await workflows.loadRun('r1'))?.jobs).toEqual(queued)
    expect(await workflows.listRunJobs('r1', { states: ['failed'] })).toEqual({ jobs: [] })
    const { jobs, nextCursor } = await workflows.listRunJobs('r1', { limit: 2, cursor: '99997' })
    expect([jobs, nextCursor]).toEqual([queued.slice(99_997, 99_999), '99999'])
    await workflows.commitRun('r1', 2, { status: 'failed' })
    await expect.poll(() => workflows.deleteRuns(0)).toBe(1)
    expect(await admin.keys('sluice:{large}:*')).toEqual(['sluice:{large}:run-number'])
    // The mean bears a pause of the machine; one script for all jobs would take a hundred times as long.
    expect(await meanScriptMs()).toBeLessThan(10)
  })
})

describe('createRun', () => {
  it('that died half-way leaves no run, and nothing for ever', async () => {
    const session = await openSession('died-creating')
    await expect(createRun(dyingAt(session, 'create-run'), sampleRun('r1', 2000))).rejects.toThrow('died')
    expect(await loadRun(session, 'r1')).toBeNull()
    const keys = await admin.keys('sluice:{died-creating}:*')
    expect(await Promise.all(keys.map((key) => admin.pttl(key)))).not.toContain(-1)
    expect(keys.length).toBeGreaterThan(0)
    expect(await createRun(session, sampleRun('r1', 1000))).toBe('created')
    expect((await loadRun(session, 'r1'))?.jobs).toHaveLength(1000)
  })

  it('of a large run that exists leaves nothing behind', async () => {
    const session = await openSession('duplicate')
    await createRun(session, sampleRun('r1', 1000))
    const before = await admin.keys('sluice:{duplicate}:*')
    const results = await Promise.all([1, 2, 3].map(() => createRun(session, sampleRun('r1', 2000))))
    expect(results).toEqual(['duplicate', 'duplicate', 'duplicate'])
    expect((await admin.keys('sluice:{duplicate}:*')).sort()).toEqual(before.sort())
  })

  it('of one large run by many at once stores one of them, whole', async () => {
    const session = await openSession('race')
    const results = await Promise.all([1000, 2000, 3000].map((size) => createRun(session, sampleRun('r1', size))))
    expect(results.filter((status) => status === 'created')).toHaveLength(1)
    const size = [1000, 2000, 3000][results.indexOf('created')] ?? 0
    expect((await loadRun(session, 'r1'))?.jobs).toEqual(sampleJobs(size))
    expect(await admin.keys('sluice:{race}:run-order:*')).toHaveLength(1)
  })
})

describe('commitRun', () => {
  const changed = sampleJobs(1500, { state: 'queued' })

  it('of many jobs takes effect at once, though whoever made it died before they were moved', async () => {
    const session = await openSession('died-applying')
    await createRun(session, sampleRun('r1', 2000))
    expect(await commitRun(dyingAt(session, 'apply-commit'), 'r1', 1, { jobs: changed })).toBe(2)
    const expected = [...changed, ...sampleJobs(2000).slice(1500)]
    expect((await loadRun(session, 'r1'))?.jobs).toEqual(expected)
    const [last] = changed.slice(-1) as [RunJob]
    expect(await commitRun(session, 'r1', 2, { jobs: [{ ...last, state: 'failed' }] })).toBe(3)
    expect((await loadRun(session, 'r1'))?.jobs.filter(({ state }) => state === 'failed')).toHaveLength(1)
    expect(await admin.keys('sluice:{died-applying}:run-overlay:*')).toEqual([])
  })

  it('of many jobs that died half-way changes nothing, and leaves nothing for ever', async () => {
    const session = await openSession('died-committing')
    await createRun(session, sampleRun('r1', 2000))
    const before = await loadRun(session, 'r1')
    await expect(commitRun(dyingAt(session, 'commit-run'), 'r1', 1, { jobs: changed })).rejects.toThrow('died')
    expect(await loadRun(session, 'r1')).toEqual(before)
    const [overlay = ''] = await admin.keys('sluice:{died-committing}:run-overlay:*')
    expect(await admin.pttl(overlay)).toBeGreaterThan(0)
  })

  it('of many jobs changes nothing where one is not of the run, or the version is another', async () => {
    const session = await openSession('refused')
    await createRun(session, sampleRun('r1', 2000))
    const before = await loadRun(session, 'r1')
    const jobs = [...changed, { ...(changed[0] as RunJob), jobId: 'unknown' }]
    await expect(commitRun(session, 'r1', 1, { jobs })).rejects.toThrow(
      'jobs[1500].jobId is not of run "r1": "unknown"',
    )
    await expect(commitRun(session, 'r1', 2, { jobs: changed })).rejects.toMatchObject({ code: 'RUN_CONFLICT' })
    await expect(commitRun(session, 'r2', 1, { jobs: changed })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
    expect(await loadRun(session, 'r1')).toEqual(before)
    expect(await admin.keys('sluice:{refused}:run-overlay:*')).toEqual([])
  })
})

describe('loadRun', () => {
  const limits = { pageJobs: 100, pageBytes: 1024 * 1024, changedJobs: 2000, tries: 3 }

  it.each([
    ['few jobs', 20, limits],
    ['many jobs', 1200, limits],
    ['more jobs than are read again', 20, { ...limits, changedJobs: 5 }],
  ])('shows one moment while commits change %s', { timeout: 30_000 }, async (_, jobsChanged, someLimits) => {
    const session = await openSession(`moment-${jobsChanged}-${someLimits.changedJobs}`)
    await createRun(session, sampleRun('r1', 1500))
    let loads = 0
    const committing = (async () => {
      for (let version = 1; loads < 5; version++)
        await commitRun(session, 'r1', version, { jobs: sampleJobs(jobsChanged, { attempt: version }) })
    })()
    try {
      for (; loads < 5; loads++) {
        const loaded = await loadRun(session, 'r1', someLimits)
        const attempts = loaded?.jobs.slice(0, jobsChanged).map(({ attempt = 0 }) => attempt)
        expect([...new Set(attempts)]).toEqual([(loaded?.run.version ?? 0) - 1])
      }
    } finally {
      loads = 5
      await committing
    }
  })
})

async function openSession(namespace: string): Promise<RedisSession> {
  const session = (await RedisConnection.open({ url, namespace, warn: () => {} })).session()
  onTestFinished(() => session.close())
  return session
}

/** A session whose process dies before it runs a script. */
function dyingAt(session: RedisSession, scriptName: string): RedisSession {
  const died = () => Promise.reject(new Error('died'))
  const dying: Pick<RedisSession, 'keys' | 'run' | 'call'> = {
    keys: session.keys,
    run: (script, keys, args) => (script.name === scriptName ? died() : session.run(script, keys, args)),
    call: died,
  }
  return dying as RedisSession
}

async function meanScriptMs(): Promise<number> {
  const stats = await admin.info('commandstats')
  const [, usec = ''] = /^cmdstat_evalsha:.*usec_per_call=([\d.]+)/m.exec(stats) ?? []
  return Number(usec) / 1000
}
