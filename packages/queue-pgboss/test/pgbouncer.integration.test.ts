import { startPgBouncer, testPostgres } from '@sluice-tooling/services'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createPgBossBackend, type PgBossBackend } from '../src/create-pgboss-backend.ts'

const WORKER = { workerId: 'w1', labels: [], leaseTtlMs: 60_000 }

/** Two backends on one database, by way of a pool in transaction mode with few sessions. */
async function openTwo(): Promise<[PgBossBackend, PgBossBackend]> {
  const { url, dispose } = await (await testPostgres()).createDatabase()
  const pool = await startPgBouncer(url, { settings: { default_pool_size: 3 } })
  const options = { connectionString: pool.url, listenConnectionString: url, preparedStatements: false }
  const first = await createPgBossBackend(options)
  const second = await createPgBossBackend(options)
  onTestFinished(async () => {
    await Promise.all([first.close(), second.close()])
    await pool.dispose()
    await dispose()
  })
  return [first, second]
}

describe('by way of PgBouncer in transaction mode', { timeout: 60_000 }, () => {
  it('jobs are handed out once, and events and wake-ups come', async () => {
    const [first, second] = await openTwo()
    const events = await second.queue.subscribe({ kinds: ['completed'] })
    const waiting = second.queue.claim({ ...WORKER, waitMs: 30_000 })
    await first.queue.enqueue({ workflowId: 'run', jobId: 'first', command: 'true' })
    const claimed = await waiting
    expect(claimed?.job.jobId).toBe('first')
    await second.queue.complete(claimed?.lease.leaseId ?? '', { url: 'here' })
    expect((await events.next()).value).toMatchObject({ kind: 'completed', jobId: 'first' })
    events.close()

    const jobs = Array.from({ length: 200 }, (_, index) => ({ workflowId: 'run', jobId: `${index}`, command: 'true' }))
    await first.queue.enqueueMany(jobs)
    const work = async ({ queue }: PgBossBackend) => {
      const done: string[] = []
      for (let next = await queue.claim(WORKER); next; next = await queue.claim(WORKER)) {
        await queue.complete(next.lease.leaseId, {})
        done.push(next.job.jobId)
      }
      return done
    }
    const done = (await Promise.all([first, second, first, second].map(work))).flat()
    expect(done.sort()).toEqual(jobs.map(({ jobId }) => jobId).sort())
  })

  it('runs are read as of one moment, and logs are followed', async () => {
    const [first, second] = await openTwo()
    const counts = { blocked: 0, queued: 1, running: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0 }
    const job = { jobId: 'build', state: 'queued', runAttempt: 1 } as const
    await first.workflows.createRun({ runId: 'run', name: 'run', definition: {}, counts, jobs: [job] })
    await second.workflows.commitRun('run', 1, { jobs: [{ ...job, attempt: 1 }] })
    expect(await first.workflows.loadRun('run')).toMatchObject({ run: { version: 2 }, jobs: [{ attempt: 1 }] })
    const chunk = { workflowId: 'run', jobId: 'build', attempt: 0, stream: 'stdout' as const }
    const following = second.logs.follow(chunk)[Symbol.asyncIterator]()
    const next = following.next()
    await first.logs.append([{ ...chunk, sequence: 0, text: 'line' }])
    expect((await next).value).toMatchObject({ text: 'line' })
    await following.return?.()
  })
})
