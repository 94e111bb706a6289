import assert from 'node:assert/strict'
import type { RunJob, RunSummary } from '../workflow-store.ts'
import { SHORT_MS, withCode } from './sample-jobs.ts'
import { run, runJob } from './sample-runs.ts'
import type { WorkflowStoreSuite } from './suite.ts'

export function runListsSection({ describe, it }: WorkflowStoreSuite): void {
  describe('listRuns', () => {
    it('lists newest first, as getRun tells them [WFS-7]', async ({ workflows, peer, advance }) => {
      const { workflows: other } = await peer()
      for (const runId of ['b', 'c', 'a']) {
        await workflows.createRun(run(runId))
        await advance(1)
      }
      await workflows.commitRun('c', 1, { status: 'failed' })
      const { runs, nextCursor } = await other.listRuns()
      assert.deepEqual(
        runs.map(({ runId }) => runId),
        ['a', 'c', 'b'],
      )
      assert.equal(nextCursor, undefined)
      for (const summary of runs) {
        const { definition, ...expected } = (await workflows.getRun(summary.runId)) ?? ({} as never)
        assert.deepEqual(summary, expected)
      }
    })

    it('lists by status [WFS-7]', async ({ workflows }) => {
      for (const status of ['succeeded', 'failed', 'cancelled', 'running'] as const) {
        await workflows.createRun(run(status))
        await workflows.commitRun(status, 1, { status })
      }
      const list = async (...statuses: RunSummary['status'][]) =>
        (await workflows.listRuns({ statuses })).runs.map(({ runId }) => runId).sort()
      assert.deepEqual(await list('failed'), ['failed'])
      assert.deepEqual(await list('running', 'cancelled'), ['cancelled', 'running'])
    })

    it('gives each run on exactly one page [WFS-7]', async ({ workflows }) => {
      const runIds = Array.from({ length: 12 }, (_, index) => `run-${index}`)
      await Promise.all(runIds.map((runId) => workflows.createRun(run(runId))))
      for (const limit of [1, 5, 12]) {
        const pages = await readPages<RunSummary>(async (cursor) => {
          const { runs, ...rest } = await workflows.listRuns({ limit, ...cursor })
          return { items: runs, ...rest }
        })
        assert.deepEqual(pages.map(({ runId }) => runId).sort(), [...runIds].sort(), `pages of ${limit}`)
      }
    })

    it('gives each run once though others come and go between the pages [WFS-7]', async ({ workflows, advance }) => {
      const runIds = Array.from({ length: 9 }, (_, index) => `run-${index}`)
      for (const runId of [...runIds, 'gone-1', 'gone-2']) {
        await workflows.createRun(run(runId))
        await advance(1)
      }
      let pageCount = 0
      const listed = await readPages<RunSummary>(async (cursor) => {
        const { runs, ...rest } = await workflows.listRuns({ limit: 2, ...cursor })
        for (const gone of ['gone-1', 'gone-2'])
          await workflows.commitRun(gone, 1, { status: 'failed' }).catch(() => {})
        await advance(SHORT_MS)
        await workflows.deleteRuns(1)
        await workflows.createRun(run(`new-${++pageCount}`))
        return { items: runs, ...rest }
      })
      const kept = listed.map(({ runId }) => runId).filter((runId) => runId.startsWith('run-'))
      assert.deepEqual(kept, [...runIds].reverse())
    })

    it('is empty without runs [WFS-7]', async ({ workflows }) => {
      assert.deepEqual(await workflows.listRuns(), { runs: [] })
    })
  })

  describe('listRunJobs', () => {
    it('lists jobs in the order of their creation, in pages [WFS-8]', async ({ workflows, peer }) => {
      const { workflows: other } = await peer()
      const jobIds = ['z', 'a', '10', '9', 'm', 'Z', 'y']
      await workflows.createRun(run('r1', jobIds))
      await workflows.commitRun('r1', 1, {
        jobs: [runJob('9', { state: 'queued' }), runJob('z', { state: 'running' })],
      })
      for (const limit of [1, 3, 7, 100]) {
        const jobs = await readPages<RunJob>(async (cursor) => {
          const { jobs, ...rest } = await other.listRunJobs('r1', { limit, ...cursor })
          return { items: jobs, ...rest }
        })
        assert.deepEqual(
          jobs.map(({ jobId }) => jobId),
          jobIds,
          `pages of ${limit}`,
        )
      }
    })

    it('lists jobs by state [WFS-8]', async ({ workflows }) => {
      await workflows.createRun(run('r1', ['a', 'b', 'c']))
      const queued = [runJob('c', { state: 'queued' }), runJob('a', { state: 'running' })]
      await workflows.commitRun('r1', 1, { jobs: queued })
      const { jobs } = await workflows.listRunJobs('r1', { states: ['queued', 'running'] })
      assert.deepEqual(jobs, [queued[1], queued[0]])
      assert.deepEqual((await workflows.listRunJobs('r1', { states: ['failed'] })).jobs, [])
    })

    it('refuses options that are none, as the list of runs does [LIM-1]', async ({ workflows }) => {
      await workflows.createRun(run('r1', ['a']))
      await assert.rejects(workflows.listRunJobs('r1', null as never), withCode('VALIDATION'))
      await assert.rejects(workflows.listRuns(null as never), withCode('VALIDATION'))
    })

    it('does not know a run that was never created [WFS-8]', async ({ workflows }) => {
      await assert.rejects(workflows.listRunJobs('r1'), withCode('RUN_NOT_FOUND'))
    })
  })
}

async function readPages<Item>(
  read: (cursor: { cursor?: string }) => Promise<{ items: readonly Item[]; nextCursor?: string }>,
): Promise<Item[]> {
  const items: Item[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < 100; pages++) {
    const page = await read(cursor === undefined ? {} : { cursor })
    items.push(...page.items)
    cursor = page.nextCursor
    if (cursor === undefined) return items
  }
  return assert.fail('the pages do not end')
}
