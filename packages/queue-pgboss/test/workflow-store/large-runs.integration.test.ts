import { type NewRun, RUN_JOB_STATES, type RunJob, type RunJobCounts } from '@sluice/core'
import { testPostgres } from '@sluice-tooling/services'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { PostgresWorkflowStore } from '../../src/workflow-store/postgres-workflow-store.ts'

const SIZE = 100_000

const JOBS: readonly RunJob[] = Array.from({ length: SIZE }, (_, index) => {
  return { jobId: `job-${index}`, state: index < 10 ? 'queued' : 'blocked', runAttempt: 1 }
})

const RUN: NewRun = {
  runId: 'large',
  name: 'large',
  definition: { jobs: JOBS.map(({ jobId }) => ({ id: jobId, command: 'true', needs: [] })) },
  counts: Object.fromEntries(RUN_JOB_STATES.map((state) => [state, 0])) as unknown as RunJobCounts,
  jobs: JOBS,
}

async function open() {
  const { url, dispose } = await (await testPostgres()).createDatabase()
  const workflows = await PostgresWorkflowStore.open({ connectionString: url })
  const client = new pg.Client(url)
  await client.connect()
  onTestFinished(async () => {
    await Promise.all([client.end(), workflows.close()])
    await dispose()
  })
  const count = async (sql: string) => Number((await client.query(sql)).rows[0].count)
  return { workflows, client, count }
}

describe(`a run of ${SIZE} jobs`, { timeout: 120_000 }, () => {
  it('is created, read and listed whole', async () => {
    const { workflows } = await open()
    expect(await workflows.createRun(RUN)).toEqual({ status: 'created' })
    const loaded = await workflows.loadRun('large')
    expect(loaded?.jobs).toEqual(JOBS)
    expect(loaded?.run.definition).toEqual(RUN.definition)
    const listed: RunJob[] = []
    let cursor: string | undefined
    do {
      const page = await workflows.listRunJobs('large', { limit: 1000, ...(cursor === undefined ? {} : { cursor }) })
      listed.push(...page.jobs)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(listed).toEqual(JOBS)
    expect((await workflows.listRunJobs('large', { states: ['queued'] })).jobs).toEqual(JOBS.slice(0, 10))
  })

  it('is changed by writing the rows that change, in place', async () => {
    const { workflows, client, count } = await open()
    await workflows.createRun(RUN)
    const before = await client.query('SELECT pg_current_xact_id()::text AS xid')
    const changed = JOBS.slice(0, 3).map((job) => ({ ...job, state: 'running', attempt: 0 }) as const)
    await workflows.commitRun('large', 1, { jobs: changed })
    const after = await client.query('SELECT pg_current_xact_id()::text AS xid')
    const written = `xmin::text::bigint > ${before.rows[0].xid} AND xmin::text::bigint < ${after.rows[0].xid}`
    expect(await count(`SELECT count(*) FROM sluice.run_job WHERE ${written}`)).toBe(3)
    expect(await count(`SELECT count(*) FROM sluice.run WHERE ${written}`)).toBe(1)
    expect((await workflows.listRunJobs('large', { limit: 4 })).jobs).toEqual([...changed, JOBS[3]])
  })

  it('is changed as a whole in one commit', async () => {
    const { workflows } = await open()
    await workflows.createRun(RUN)
    const jobs = JOBS.map((job) => ({ ...job, state: 'cancelled' }) as const)
    await workflows.commitRun('large', 1, { status: 'cancelled', jobs })
    expect((await workflows.loadRun('large'))?.jobs).toEqual(jobs)
  })

  it('is deleted in small batches; what a process that died had begun is deleted by the next', async () => {
    const { workflows, client, count } = await open()
    await workflows.createRun(RUN)
    await workflows.commitRun('large', 1, { status: 'failed' })
    const ended = new Error('the process died')
    await client.query(`
      CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF (SELECT count(*) FROM sluice.run_job) <= 80000 THEN RAISE EXCEPTION '${ended.message}'; END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER fail_once AFTER DELETE ON sluice.run_job EXECUTE FUNCTION fail_once();
    `)
    await new Promise((resolve) => setTimeout(resolve, 10))
    await expect(workflows.deleteRuns(0)).rejects.toThrow()
    expect(await workflows.getRun('large')).toBeNull()
    const left = await count('SELECT count(*) FROM sluice.run_job')
    expect(left).toBeGreaterThan(80_000)
    expect(left).toBeLessThan(SIZE)
    await client.query('DROP TRIGGER fail_once ON sluice.run_job')
    expect(await workflows.createRun({ ...RUN, jobs: JOBS.slice(0, 5) })).toEqual({ status: 'created' })
    expect(await workflows.deleteRuns(0)).toBe(0)
    expect(await count('SELECT count(*) FROM sluice.run_job')).toBe(5)
    expect(await count('SELECT count(*) FROM sluice.deleted_run')).toBe(0)
  })
})
