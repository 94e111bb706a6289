import { testPostgres } from '@sluice-tooling/services'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { PostgresOptions } from '../src/database/database-options.ts'
import { PostgresLogStore } from '../src/log-store/postgres-log-store.ts'
import { openPgBossJobQueue } from '../src/open-pgboss-job-queue.ts'
import { PostgresWorkerRegistry } from '../src/worker-registry/postgres-worker-registry.ts'
import { PostgresWorkflowStore } from '../src/workflow-store/postgres-workflow-store.ts'

interface Part {
  use(): Promise<unknown>
  close(): Promise<void>
}

const LOG = { workflowId: 'run', jobId: 'build' }

const PARTS: Record<string, (options: PostgresOptions) => Promise<Part>> = {
  'a queue': async (options) => {
    const queue = await openPgBossJobQueue(options)
    const use = async () => {
      await queue.subscribe()
      await queue.stats()
    }
    return { use, close: () => queue.close() }
  },
  'a workflow store': async (options) => {
    const workflows = await PostgresWorkflowStore.open(options)
    return { use: () => workflows.listRuns(), close: () => workflows.close() }
  },
  'a log store': async (options) => {
    const logs = await PostgresLogStore.open(options)
    const use = async () => {
      void logs.follow(LOG)[Symbol.asyncIterator]().next()
      await logs.read(LOG)
    }
    return { use, close: () => logs.close() }
  },
  'a worker registry': async (options) => {
    const workers = await PostgresWorkerRegistry.open(options)
    return { use: () => workers.list(), close: () => workers.close() }
  },
}

async function newDatabase() {
  const { url, dispose } = await (await testPostgres()).createDatabase()
  const client = new pg.Client(url)
  await client.connect()
  onTestFinished(async () => {
    await client.end()
    await dispose()
  })
  const countConnections = async () => {
    const { rows } = await client.query(
      "SELECT count(*)::integer AS count FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'sluice%'",
    )
    return rows[0].count as number
  }
  return { url, countConnections }
}

describe.each(Object.entries(PARTS))('%s that is opened alone', (_, open) => {
  it('works, and closes what was opened for it', async () => {
    const { url, countConnections } = await newDatabase()
    const part = await open({ connectionString: url })
    await part.use()
    expect(await countConnections()).toBeGreaterThan(0)
    await part.close()
    await part.close()
    await expect(part.use()).rejects.toMatchObject({ code: 'QUEUE_CLOSED' })
    await expect.poll(countConnections).toBe(0)
  })
})
