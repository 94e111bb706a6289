import { DependencyEnqueuer, defineWorkflow } from '@sluice/dag'
import { type CallerTransaction, createPgBossBackend } from '@sluice/queue-pgboss'
import { createWorker } from '@sluice/worker'
import { testPostgres } from '@sluice-tooling/services'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'

const WORKFLOW = defineWorkflow({ name: 'order' })
  .job('charge', { handler: 'charge' })
  .job('pack', { handler: 'pack', needs: ['charge'] })
  .build()

/** A scheduler and a worker on a new database, and a client of the application's. */
async function start() {
  const { url, dispose } = await (await testPostgres()).createDatabase()
  const backend = await createPgBossBackend({ connectionString: url })
  // It looks by itself so rarely that only events can tell it of a run.
  const enqueuer = new DependencyEnqueuer<CallerTransaction>({ backend, reconcileIntervalMs: 3_600_000 })
  const handlers = { charge: async () => ({ paid: 'yes' }), pack: async () => undefined }
  const worker = createWorker({ backend, labels: [], concurrency: 2, handlers })
  await enqueuer.start()
  await worker.start()
  const client = new pg.Client(url)
  await client.connect()
  onTestFinished(async () => {
    await client.end()
    await worker.stop()
    await enqueuer.close()
    await backend.close()
    await dispose()
  })
  await client.query('CREATE TABLE orders (id integer)')
  return { backend, enqueuer, client }
}

describe('startRun in a transaction of the application', { timeout: 60_000 }, () => {
  it('starts the run when the application commits, and the active scheduler hears of it', async () => {
    const { enqueuer, client } = await start()
    await client.query('BEGIN')
    await client.query('INSERT INTO orders VALUES (7)')
    const started = await enqueuer.startRun(WORKFLOW, { runId: 'order-7', transaction: client })
    expect(started).toMatchObject({ runId: 'order-7', status: 'running', counts: { queued: 1, blocked: 1 } })
    await expect(enqueuer.waitForRun('order-7')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
    await client.query('COMMIT')
    const signal = AbortSignal.timeout(20_000)
    const ended = await enqueuer.waitForRun('order-7', { signal })
    expect(ended).toMatchObject({ status: 'succeeded', createdAt: started.createdAt })
  })

  it('starts it once, also when it was started before', async () => {
    const { enqueuer, client } = await start()
    const first = await enqueuer.startRun(WORKFLOW, { runId: 'order-7' })
    await enqueuer.waitForRun('order-7')
    await client.query('BEGIN')
    const again = await enqueuer.startRun(WORKFLOW, { runId: 'order-7', transaction: client })
    await client.query('COMMIT')
    expect(again).toMatchObject({ createdAt: first.createdAt, status: 'succeeded' })
  })

  it('leaves nothing when the application rolls back', async () => {
    const { backend, enqueuer, client } = await start()
    await client.query('BEGIN')
    await enqueuer.startRun(WORKFLOW, { runId: 'order-7', transaction: client })
    await client.query('ROLLBACK')
    expect(await backend.workflows.getRun('order-7')).toBeNull()
    expect(await backend.queue.getJob('order-7', 'charge')).toBeNull()
  })
})
