import { PGlite } from '@electric-sql/pglite'
import { testPostgres } from '@sluice-tooling/services'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openPgBossJobQueue } from '../../src/open-pgboss-job-queue.ts'

const JOB = { workflowId: 'run', jobId: 'build', command: 'make' }
const GPU_JOB = { ...JOB, jobId: 'render', requiredLabels: ['gpu'] }
const timeout = 60_000

async function open() {
  const { url, dispose } = await (await testPostgres()).createDatabase()
  const queue = await openPgBossJobQueue({ connectionString: url })
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(async () => {
    await client.end()
    await queue.close()
    await dispose()
  })
  return { queue, client }
}

describe('a transaction of the caller', () => {
  it('may be the first to need a set of labels, which stays when it is undone', { timeout }, async () => {
    const { queue, client } = await open()
    await client.query('BEGIN')
    await queue.enqueue(GPU_JOB, { transaction: client })
    await client.query('ROLLBACK')
    await client.query('BEGIN')
    expect(await queue.enqueue(GPU_JOB, { transaction: client })).toEqual({ status: 'enqueued' })
    await client.query('COMMIT')
    const claimed = await queue.claim({ workerId: 'w1', labels: ['gpu'], leaseTtlMs: 60_000 })
    expect(claimed?.job.jobId).toBe('render')
  })

  it('lets a delay begin with the call, however long ago it began itself', { timeout }, async () => {
    const { queue, client } = await open()
    await client.query('BEGIN')
    await client.query('SELECT pg_sleep(0.3)')
    await queue.enqueue({ ...JOB, delayMs: 60_000 }, { transaction: client })
    const { rows } = await client.query('SELECT extract(epoch FROM now()) * 1000 AS began_at')
    await client.query('COMMIT')
    const record = await queue.getJob('run', 'build')
    expect(record?.availableAt).toBeGreaterThanOrEqual(Number(rows[0].began_at) + 300 + 60_000 - 1)
  })

  it('keeps its workflow from being cancelled until it ends, and its jobs are cancelled then [ENQ-3]', {
    timeout,
  }, async () => {
    const { queue, client } = await open()
    await client.query('BEGIN')
    await queue.enqueue(JOB, { transaction: client })
    const cancelling = queue.cancelWorkflow('run')
    await client.query('SELECT pg_sleep(0.2)')
    await client.query('COMMIT')
    expect(await cancelling).toEqual({ cancelled: 1 })
    expect((await queue.getJob('run', 'build'))?.state).toBe('cancelled')
  })

  it('is refused at a level that may not see that a workflow is cancelled [ENQ-3]', { timeout }, async () => {
    const { queue, client } = await open()
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await expect(queue.enqueue(JOB, { transaction: client })).rejects.toThrow('must be READ COMMITTED')
    await client.query('COMMIT')
    expect(await queue.getJob('run', 'build')).toBeNull()
  })

  it('of an embedded database needs labels that are known already', { timeout }, async () => {
    const pglite = await PGlite.create()
    const queue = await openPgBossJobQueue({ pglite })
    onTestFinished(async () => {
      await queue.close()
      await pglite.close()
    })
    await pglite.transaction(async (transaction) => {
      await expect(queue.enqueue(GPU_JOB, { transaction })).rejects.toThrow('only outside of a transaction')
      expect(await queue.enqueue(JOB, { transaction })).toEqual({ status: 'enqueued' })
    })
    await queue.enqueue({ ...GPU_JOB, jobId: 'first' })
    await pglite.transaction(async (transaction) => {
      expect(await queue.enqueue(GPU_JOB, { transaction })).toEqual({ status: 'enqueued' })
    })
  })
})
