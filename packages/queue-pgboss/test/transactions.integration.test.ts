import { PGlite } from '@electric-sql/pglite'
import type { NewRun, RunJobCounts } from '@sluice/core'
import { testPostgres } from '@sluice-tooling/services'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import knex from 'knex'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { fromDrizzle, fromKnex, fromKysely, fromPrisma } from 'pg-boss'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createPgBossBackend, type PgBossBackend } from '../src/create-pgboss-backend.ts'
import type { CallerTransaction } from '../src/database/caller-transaction.ts'
import type { PostgresOptions } from '../src/database/database-options.ts'

/** Runs something in a transaction, which commits when that resolves and is undone when it rejects. */
type Transact = (body: (transaction: CallerTransaction) => Promise<unknown>) => Promise<unknown>

interface Store {
  readonly options: PostgresOptions
  readonly transact: Transact
}

const COUNTS: RunJobCounts = { blocked: 1, queued: 1, running: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0 }

/** Its texts hold all that some builder takes for a parameter of its own. */
const RUN: NewRun = {
  runId: 'run?',
  name: 'a $1 ? ?? \\? :name',
  definition: { text: "? $2 'quoted' \\" },
  counts: COUNTS,
  jobs: [
    { jobId: 'build', state: 'queued', runAttempt: 1 },
    { jobId: 'test?', state: 'blocked', runAttempt: 1 },
  ],
}

const JOB = { workflowId: RUN.runId, jobId: 'build', command: 'make $1 ?', payload: { text: '? $3' } }

async function serverStore(open: (url: string) => { transact: Transact; end(): Promise<unknown> }): Promise<Store> {
  const { url, dispose } = await (await testPostgres()).createDatabase()
  const { transact, end } = open(url)
  onTestFinished(async () => {
    await end()
    await dispose()
  })
  return { options: { connectionString: url }, transact }
}

/** A pool whose connections may be cut while they end: a pool does not wait for that, and then the database is dropped. */
function openPool(url: string): pg.Pool {
  return new pg.Pool({ connectionString: url })
    .on('error', () => {})
    .on('connect', (client) => client.on('error', () => {}))
}

/** A transaction of a client of `pg`, as the caller writes it. */
function withPg(url: string, adapt: (client: pg.PoolClient) => CallerTransaction = (client) => client) {
  const pool = openPool(url)
  const transact: Transact = async (body) => {
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      await body(adapt(client))
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    } finally {
      client.release()
    }
  }
  return { transact, end: () => pool.end() }
}

const STORES: Record<string, () => Promise<Store>> = {
  'a client of pg': () => serverStore(withPg),

  'a transaction of Kysely': () =>
    serverStore((url) => {
      const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: openPool(url) }) })
      return { transact: (body) => db.transaction().execute((trx) => body(fromKysely(trx))), end: () => db.destroy() }
    }),

  'a transaction of Knex': () =>
    serverStore((url) => {
      const db = knex({ client: 'pg', connection: url })
      return { transact: (body) => db.transaction((trx) => body(fromKnex(trx))), end: () => db.destroy() }
    }),

  'a transaction of Drizzle': () =>
    serverStore((url) => {
      const pool = openPool(url)
      const db = drizzle(pool)
      return { transact: (body) => db.transaction((tx) => body(fromDrizzle(tx, sql))), end: () => pool.end() }
    }),

  'a transaction with the call of Prisma': () =>
    serverStore((url) =>
      withPg(url, (client) =>
        fromPrisma({ $queryRawUnsafe: async (text, ...values) => (await client.query(text, values)).rows as never }),
      ),
    ),

  'a transaction of PGlite': async () => {
    const pglite = await PGlite.create()
    onTestFinished(() => pglite.close())
    return { options: { pglite }, transact: (body) => pglite.transaction((tx) => body(tx)) }
  },
}

async function open(options: PostgresOptions): Promise<PgBossBackend> {
  const backend = await createPgBossBackend(options)
  onTestFinished(() => backend.close())
  return backend
}

describe.each(Object.entries(STORES))('with %s', (_, openStore) => {
  it('runs and jobs are there, and workers wake, when the caller commits', async () => {
    const { options, transact } = await openStore()
    const { queue, workflows } = await open(options)
    const claiming = queue.claim({ workerId: 'w1', labels: [], leaseTtlMs: 60_000, waitMs: 20_000 })
    await transact(async (transaction) => {
      expect(await workflows.createRun(RUN, { transaction })).toEqual({ status: 'created' })
      expect(await workflows.createRun(RUN, { transaction })).toEqual({ status: 'duplicate' })
      expect(await queue.enqueue(JOB, { transaction })).toEqual({ status: 'enqueued' })
      expect(await queue.enqueueMany([JOB, { ...JOB, jobId: 'late' }], { transaction })).toEqual([
        { status: 'duplicate' },
        { status: 'enqueued' },
      ])
      expect(await workflows.getRun(RUN.runId, { transaction })).toMatchObject({ name: RUN.name, version: 1 })
      // An embedded database has one session, which the transaction is in.
      if (options.pglite === undefined) {
        expect(await workflows.getRun(RUN.runId)).toBeNull()
        expect(await queue.getJob(JOB.workflowId, JOB.jobId)).toBeNull()
      }
    })
    expect((await claiming)?.job).toMatchObject({ jobId: 'build', command: JOB.command, payload: JOB.payload })
    const loaded = await workflows.loadRun(RUN.runId)
    expect(loaded?.run).toMatchObject({ name: RUN.name, definition: RUN.definition, counts: COUNTS })
    expect(loaded?.jobs).toEqual(RUN.jobs)
  })

  it('nothing is there when the caller rolls back', async () => {
    const { options, transact } = await openStore()
    const { queue, workflows } = await open(options)
    const rolledBack = transact(async (transaction) => {
      await workflows.createRun(RUN, { transaction })
      await queue.enqueueMany([JOB], { transaction })
      throw new TypeError('changed my mind')
    })
    await expect(rolledBack).rejects.toThrow('changed my mind')
    expect(await workflows.getRun(RUN.runId)).toBeNull()
    expect(await queue.getJob(JOB.workflowId, JOB.jobId)).toBeNull()
    expect(await queue.enqueue(JOB)).toEqual({ status: 'enqueued' })
  })
})
