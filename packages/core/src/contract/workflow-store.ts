import assert from 'node:assert/strict'
import type { NewRun, RunStatus } from '../workflow-store.ts'
import { LONG_MS, PAST_SHORT_MS, SHORT_MS, withCode } from './sample-jobs.ts'
import { counts, load, run, runJob } from './sample-runs.ts'
import type { WorkflowStoreSuite } from './suite.ts'

export function workflowStoreSection({ describe, it }: WorkflowStoreSuite): void {
  describe('createRun', () => {
    it('changes nothing for an id that exists [WFS-1]', async ({ workflows, peer }) => {
      const { workflows: other } = await peer()
      assert.deepEqual(await workflows.createRun(run('r1')), { status: 'created' })
      const before = await workflows.loadRun('r1')
      assert.deepEqual(await other.createRun(run('r1', ['else'])), { status: 'duplicate' })
      assert.deepEqual(await workflows.loadRun('r1'), before)
    })

    it('creates a run once, whole, when it is called many times at once [WFS-1]', async ({ workflows, peer }) => {
      const { workflows: other } = await peer()
      const calls = Array.from({ length: 8 }, (_, index) =>
        (index % 2 ? workflows : other).createRun({ ...run('r1', [`a-${index}`, `b-${index}`]), name: `${index}` }),
      )
      const results = await Promise.all(calls)
      assert.equal(results.filter(({ status }) => status === 'created').length, 1)
      const winner = results.findIndex(({ status }) => status === 'created')
      const loaded = await load(workflows, 'r1')
      assert.equal(loaded.run.name, `${winner}`)
      assert.deepEqual(
        loaded.jobs.map(({ jobId }) => jobId),
        [`a-${winner}`, `b-${winner}`],
      )
    })

    it('refuses a bad run and stores nothing of it [WFS-1]', async ({ workflows }) => {
      const bad: NewRun[] = [run(''), run('new\nline'), run('twice', ['a', 'b', 'a'])]
      for (const each of bad) await assert.rejects(workflows.createRun(each), withCode('VALIDATION'))
      assert.deepEqual((await workflows.listRuns()).runs, [])
      assert.equal(await workflows.getRun('twice'), null)
    })

    it('refuses a transaction that the store cannot take part in [LIM-1]', async ({ workflows }) => {
      const options = { transaction: 'none' as never }
      await assert.rejects(workflows.createRun(run('r1'), options), withCode('VALIDATION'))
      await assert.rejects(workflows.getRun('r1', options), withCode('VALIDATION'))
      assert.equal(await workflows.getRun('r1'), null)
    })

    it('keeps what it was given [WFS-2]', async ({ workflows, peer }) => {
      const { workflows: other } = await peer()
      const jobs = [runJob('z', { state: 'queued' }), runJob('a'), runJob('__proto__')]
      const created = { ...run('r1'), definition: { text: 'ü\u{1f680}', deep: [{ a: null }] }, jobs }
      await workflows.createRun({ ...created, counts: counts({ queued: 1, blocked: 2 }) })
      const { run: stored, jobs: storedJobs } = await load(other, 'r1')
      assert.deepEqual(storedJobs, jobs)
      const { createdAt, ...rest } = stored
      assert.deepEqual(rest, {
        runId: 'r1',
        name: created.name,
        definition: created.definition,
        status: 'running',
        attempt: 1,
        version: 1,
        counts: counts({ queued: 1, blocked: 2 }),
      })
      assert.ok(Number.isFinite(createdAt))
      assert.deepEqual(await other.getRun('r1'), stored)
    })

    it('takes a run without jobs, and one of thousands [WFS-2]', async ({ workflows }) => {
      const jobIds = Array.from({ length: 3000 }, (_, index) => `job-${index}`)
      await workflows.createRun(run('empty', []))
      await workflows.createRun(run('large', jobIds))
      assert.deepEqual((await load(workflows, 'empty')).jobs, [])
      assert.equal((await load(workflows, 'large')).jobs.map(({ jobId }) => jobId).join(), jobIds.join())
    })

    it('leaves unknown runs unknown [WFS-2]', async ({ workflows }) => {
      await workflows.createRun(run('r1'))
      assert.equal(await workflows.getRun('r'), null)
      assert.equal(await workflows.loadRun('r11'), null)
    })
  })

  describe('commitRun', () => {
    it('raises the version by one [WFS-3]', async ({ workflows, peer }) => {
      const { workflows: other } = await peer()
      await workflows.createRun(run('r1'))
      assert.equal(await workflows.commitRun('r1', 1, { attempt: 2 }), 2)
      assert.equal(await other.commitRun('r1', 2, {}), 3)
      assert.equal((await workflows.getRun('r1'))?.version, 3)
    })

    it('changes nothing at another version [WFS-3]', async ({ workflows }) => {
      await workflows.createRun(run('r1'))
      await workflows.commitRun('r1', 1, {})
      const before = await workflows.loadRun('r1')
      for (const version of [1, 3]) {
        const jobs = [runJob('build', { state: 'failed' })]
        const commit = workflows.commitRun('r1', version, { status: 'failed', jobs })
        await assert.rejects(commit, withCode('RUN_CONFLICT'))
      }
      assert.deepEqual(await workflows.loadRun('r1'), before)
    })

    it('lets one of many at once win [WFS-3]', async ({ workflows, peer }) => {
      const { workflows: other } = await peer()
      await workflows.createRun(run('r1'))
      const commits = Array.from({ length: 8 }, (_, index) =>
        (index % 2 ? workflows : other).commitRun('r1', 1, { attempt: index + 10 }),
      )
      const results = await Promise.allSettled(commits)
      const losers = results.filter((result) => result.status === 'rejected')
      for (const { reason } of losers) withCode('RUN_CONFLICT')(reason)
      assert.equal(losers.length, 7)
      const winner = results.findIndex(({ status }) => status === 'fulfilled')
      const stored = await workflows.getRun('r1')
      assert.deepEqual([stored?.version, stored?.attempt], [2, winner + 10])
    })

    it('does not know a run that was never created [WFS-3]', async ({ workflows }) => {
      await assert.rejects(workflows.commitRun('r1', 1, {}), withCode('RUN_NOT_FOUND'))
    })

    it('changes nothing for a job that the run does not have [WFS-4]', async ({ workflows }) => {
      await workflows.createRun(run('r1'))
      const before = await workflows.loadRun('r1')
      const jobs = [runJob('build', { state: 'queued' }), runJob('unknown', { state: 'queued' })]
      await assert.rejects(workflows.commitRun('r1', 1, { status: 'failed', jobs }), withCode('VALIDATION'))
      assert.deepEqual(await workflows.loadRun('r1'), before)
    })

    it('shows run and jobs as of one moment [WFS-4]', async ({ workflows, peer }) => {
      const { workflows: other } = await peer()
      const jobIds = Array.from({ length: 50 }, (_, index) => `job-${index}`)
      await workflows.createRun(run('r1', jobIds))
      let committing = true
      const writing = (async () => {
        for (let version = 1; version <= 20; version++) {
          await workflows.commitRun('r1', version, { jobs: jobIds.map((jobId) => runJob(jobId, { attempt: version })) })
        }
        committing = false
      })()
      while (committing) {
        const loaded = await load(other, 'r1')
        const attempts = new Set(loaded.jobs.map(({ attempt }) => attempt ?? 0))
        assert.deepEqual([...attempts], [loaded.run.version - 1])
        await new Promise((resolve) => setImmediate(resolve))
      }
      await writing
    })

    it('replaces the jobs that it names whole, and leaves the rest [WFS-5]', async ({ workflows }) => {
      await workflows.createRun(run('r1', ['a', 'b', 'c']))
      const running = { state: 'running', attempt: 0, startedAt: 5, workerId: 'w1' } as const
      await workflows.commitRun('r1', 1, { jobs: [runJob('b', running), runJob('c', running)] })
      const b = runJob('b', { state: 'succeeded', runAttempt: 2, finishedAt: 9, outputs: { url: 'here' } })
      await workflows.commitRun('r1', 2, { jobs: [b], counts: counts({ blocked: 1, running: 1, succeeded: 1 }) })
      const loaded = await load(workflows, 'r1')
      assert.deepEqual(loaded.jobs, [runJob('a'), b, runJob('c', running)])
      assert.deepEqual(loaded.run.counts, counts({ blocked: 1, running: 1, succeeded: 1 }))
      await workflows.commitRun('r1', 3, { attempt: 2 })
      const { attempt, counts: kept, status } = (await load(workflows, 'r1')).run
      assert.deepEqual([attempt, kept, status], [2, loaded.run.counts, 'running'])
    })

    it('keeps every field of a job [WFS-5]', async ({ workflows }) => {
      await workflows.createRun(run('r1', ['a', 'b', 'c', 'd']))
      const jobs = [
        runJob('a', { state: 'failed', attempt: 2, failure: { message: 'broken', exitCode: 1, signal: 'SIGTERM' } }),
        runJob('b', { state: 'skipped', reason: { kind: 'dependency', because: 'a' } }),
        runJob('c', { state: 'cancelled', reason: { kind: 'failFast', because: 'a' } }),
        runJob('d', { state: 'succeeded', outputs: { constructor: 'yes', 'a key': '' } }),
      ]
      await workflows.commitRun('r1', 1, { jobs })
      assert.deepEqual((await load(workflows, 'r1')).jobs, jobs)
    })

    it('stamps the end of a run, and takes it back [WFS-6]', async ({ workflows, advance, assertTime }) => {
      await workflows.createRun(run('r1'))
      await advance(SHORT_MS)
      await workflows.commitRun('r1', 1, { status: 'failed' })
      const failed = await workflows.getRun('r1')
      assert.equal(failed?.status, 'failed')
      assertTime(failed?.finishedAt, Number(failed?.createdAt) + SHORT_MS)
      await advance(SHORT_MS)
      await workflows.commitRun('r1', 2, { attempt: 2 })
      assert.equal((await workflows.getRun('r1'))?.finishedAt, failed?.finishedAt)
      await workflows.commitRun('r1', 3, { status: 'running' })
      const running = await workflows.getRun('r1')
      assert.deepEqual([running?.status, running?.finishedAt], ['running', undefined])
    })
  })

  describe('deleteRuns', () => {
    it('removes the runs that ended long enough ago, and nothing else [WFS-11]', async ({
      workflows,
      peer,
      advance,
      clock,
    }) => {
      const { workflows: other } = await peer()
      const statuses: RunStatus[] = ['succeeded', 'failed', 'cancelled', 'running']
      for (const status of statuses) {
        await workflows.createRun(run(status))
        await workflows.commitRun(status, 1, { status })
      }
      await advance(SHORT_MS)
      if (clock === 'manual') assert.equal(await other.deleteRuns(SHORT_MS), 0, 'this age is not more than that age')
      await advance(PAST_SHORT_MS)
      assert.equal(await other.deleteRuns(LONG_MS), 0)
      assert.equal(await other.deleteRuns(SHORT_MS), 3)
      assert.deepEqual(
        (await workflows.listRuns()).runs.map(({ runId }) => runId),
        ['running'],
      )
      assert.equal(await workflows.loadRun('failed'), null)
      await assert.rejects(workflows.listRunJobs('failed'), withCode('RUN_NOT_FOUND'))
      await assert.rejects(workflows.commitRun('failed', 2, {}), withCode('RUN_NOT_FOUND'))
      assert.deepEqual(await workflows.createRun(run('failed', ['new'])), { status: 'created' })
      assert.deepEqual((await load(workflows, 'failed')).jobs, [runJob('new')])
    })
  })
}
