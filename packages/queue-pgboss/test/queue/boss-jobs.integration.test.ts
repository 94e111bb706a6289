import { testPostgres } from '@sluice-tooling/services'
import { PgBoss } from 'pg-boss'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openPgBossJobQueue } from '../../src/open-pgboss-job-queue.ts'

const WORKER = { workerId: 'w1', labels: ['gpu'], leaseTtlMs: 60_000 }
const JOB = { workflowId: 'run', jobId: 'build', command: 'make', payload: { target: 'all' }, requiredLabels: ['gpu'] }

/** A queue, and a pg-boss of somebody else on the same schema: a dashboard, or another program. */
async function open() {
  const { url, dispose } = await (await testPostgres()).createDatabase()
  const queue = await openPgBossJobQueue({ connectionString: url })
  const boss = new PgBoss({ connectionString: url, schema: 'sluice_pgboss', migrate: false })
  await boss.start()
  onTestFinished(async () => {
    await boss.stop({ graceful: false })
    await queue.close()
    await dispose()
  })
  const queues = await boss.getQueues()
  const nameOf = async () => (await boss.getQueues()).find(({ name }) => name.startsWith('sluice/gpu/'))?.name ?? ''
  /** The only job of the label set, as pg-boss knows it. */
  const job = async () => (await boss.findJobs(await nameOf()))[0]
  return { queue, boss, queues, nameOf, job }
}

describe('a job in PostgreSQL', () => {
  it('is a job of pg-boss throughout, in a queue that is named for its labels', async () => {
    const { queue, job } = await open()
    await queue.enqueue({ ...JOB, priority: 7, retryPolicy: { maxRetries: 1, backoff: { kind: 'none' } } })
    expect(await job()).toMatchObject({ state: 'created', priority: 7, retryLimit: 1, data: JOB })
    const first = await queue.claim(WORKER)
    expect(await job()).toMatchObject({ state: 'active', retryCount: 0 })
    await queue.fail(first?.lease.leaseId ?? '', { message: 'broken' }, { retryable: true })
    expect(await job()).toMatchObject({ state: 'retry', output: { message: 'broken' } })
    const second = await queue.claim(WORKER)
    await queue.release(second?.lease.leaseId ?? '')
    expect(await job()).toMatchObject({ state: 'created' })
    const third = await queue.claim(WORKER)
    await queue.complete(third?.lease.leaseId ?? '', {})
    expect(await job()).toMatchObject({ state: 'completed' })
  })

  it('has failed for pg-boss when it has failed for good, whatever retries it had left', async () => {
    const { queue, job } = await open()
    await queue.enqueue({ ...JOB, retryPolicy: { maxRetries: 5, backoff: { kind: 'fixed', delayMs: 60_000 } } })
    const claimed = await queue.claim(WORKER)
    await queue.fail(claimed?.lease.leaseId ?? '', { message: 'hopeless' }, { retryable: false })
    expect(await job()).toMatchObject({ state: 'failed', output: { message: 'hopeless' } })
  })

  it('has nothing to do with the leases of a job of its name that was purged [LSE-2]', async () => {
    const { queue } = await open()
    await queue.enqueue(JOB)
    const { leaseId } = (await queue.claim(WORKER))?.lease ?? { leaseId: '' }
    await queue.complete(leaseId, {})
    await expect.poll(() => queue.purge(0)).toBe(1)
    await queue.enqueue(JOB)
    await expect(queue.complete(leaseId, {})).rejects.toMatchObject({ code: 'LEASE_NOT_FOUND' })
    await queue.cancel('run', 'build')
    await expect(queue.complete(leaseId, {})).rejects.toMatchObject({ code: 'LEASE_NOT_FOUND' })
  })

  it('is cancelled for pg-boss when it is cancelled, and gone when it is purged', async () => {
    const { queue, job } = await open()
    await queue.enqueue(JOB)
    await queue.cancel('run', 'build')
    expect(await job()).toMatchObject({ state: 'cancelled' })
    await new Promise((resolve) => setTimeout(resolve, 5))
    await queue.purge(0)
    expect(await job()).toBeUndefined()
  })

  it('is left alone by the maintenance of pg-boss, while it waits, is leased or has ended', async () => {
    const { queue, boss, nameOf } = await open()
    await queue.enqueueMany(['ended', 'leased', 'waiting'].map((jobId) => ({ ...JOB, jobId })))
    const ended = await queue.claim(WORKER)
    await queue.complete(ended?.lease.leaseId ?? '', {})
    const leased = await queue.claim(WORKER)
    await boss.supervise(await nameOf())
    await queue.complete(leased?.lease.leaseId ?? '', {})
    expect((await queue.claim(WORKER))?.job.jobId).toBe('waiting')
    expect(await boss.findJobs(await nameOf())).toHaveLength(3)
  })
})
