import { testPostgres } from '@sluice-tooling/services'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { openDatabase } from '../../src/database/open-database.ts'
import type { Session, Statement } from '../../src/database/session.ts'
import { startBoss } from '../../src/database/start-boss.ts'
import { PgBossJobQueue } from '../../src/queue/pgboss-job-queue.ts'
import manyJobsSql from './many-jobs.sql'

interface Executed {
  readonly text: string
  readonly values: readonly unknown[]
}

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Rows Removed by Filter'?: number
  readonly 'Actual Loops': number
  readonly Plans?: readonly PlanNode[]
}

const JOB = { workflowId: 'new', jobId: 'build', command: 'make' }
const WORKER = { workerId: 'w1', labels: [], leaseTtlMs: 3_600_000 }

const { url, dispose } = await (await testPostgres()).createDatabase()
const database = await openDatabase({ connectionString: url })
const executed: Executed[] = []
listenTo(database)
const boss = await startBoss(database)
const queue = await PgBossJobQueue.open({ database, boss })
const [set] = await database.query<{ queue: string }>('SELECT queue FROM {{schema}}.label_set WHERE id = 1')
await fill({ state: 'created', first: 0, last: 99_999 })
await fill({ state: 'completed', first: 100_000, last: 149_999 })
await database.script('ANALYZE')
// They come after the statistics were gathered, which know of no active job.
await fill({ state: 'active', first: 150_000, last: 159_999 })
// Plans are made without the help that connections of our own begin with: an application may lend its pool.
const client = new pg.Client({ connectionString: url })
await client.connect()
afterAll(async () => {
  await client.end()
  await queue.close()
  await boss.stop({ graceful: false })
  await database.close()
  await dispose()
})

async function fill(values: Record<string, unknown>): Promise<void> {
  const text = Object.entries({ ...values, queue: set?.queue }).reduce(
    (filled, [name, value]) => filled.replaceAll(`{{${name}}}`, String(value)),
    manyJobsSql,
  )
  await database.script(database.fill(text))
}

/** Notes every statement that is executed. */
function listenTo(target: Database): void {
  const heard = (session: Session): Session['query'] => {
    const query = session.query.bind(session)
    return (statement: string | Statement, values: readonly unknown[] = []) => {
      const text = typeof statement === 'string' ? target.fill(statement) : statement.text
      executed.push({ text, values })
      return query(statement, values) as never
    }
  }
  const transaction = target.transaction.bind(target)
  Object.assign(target, {
    query: heard(target),
    transaction: (body: (session: Session) => Promise<unknown>) =>
      transaction((session) => body({ query: heard(session) })),
  })
}

/** Executes a statement once more, by the plan for any values, and returns that; nothing is changed. */
async function planOf({ text, values }: Executed): Promise<PlanNode> {
  const literals = values.map((value) => pg.escapeLiteral(String(pgText(value))))
  await client.query('BEGIN; SET LOCAL plan_cache_mode = force_generic_plan')
  try {
    await client.query(`PREPARE statement AS ${text}`)
    const execute = `EXECUTE statement${literals.length > 0 ? `(${literals})` : ''}`
    const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${execute}`)
    return rows[0]['QUERY PLAN'][0].Plan
  } finally {
    await client.query('ROLLBACK')
    await client.query('DEALLOCATE ALL')
  }
}

/** A value as the driver sends it. */
function pgText(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  return `{${value.map((item) => (typeof item === 'string' ? JSON.stringify(item) : item)).join(',')}}`
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)]
}

const LARGE_TABLES = ['job', 'lease', 'job_common']

/** What in a plan takes longer the more jobs there are, in words. */
function slowParts(plan: PlanNode): string[] {
  return nodesOf(plan).flatMap((node) => {
    const { 'Node Type': type, 'Relation Name': table = '', 'Rows Removed by Filter': removed = 0 } = node
    if (!LARGE_TABLES.includes(table)) return []
    if (type === 'Seq Scan') return [`reads all of ${table}`]
    return removed * node['Actual Loops'] > 100 ? [`reads ${removed} rows of ${table} in vain`] : []
  })
}

async function take() {
  const claimed = await queue.claim(WORKER)
  if (claimed === null) throw new Error('no job was given')
  return claimed.lease.leaseId
}

const CALLS: Record<string, () => Promise<unknown>> = {
  enqueue: () => queue.enqueue(JOB),
  enqueueMany: () => queue.enqueueMany([JOB, { ...JOB, jobId: 'test', delayMs: 1000 }]),
  claim: () => take(),
  claimMany: () => queue.claimMany({ ...WORKER, limit: 50 }),
  'claim from several queues': async () => {
    await queue.enqueue({ ...JOB, jobId: 'render', requiredLabels: ['gpu'] })
    await queue.claim({ ...WORKER, labels: ['gpu'] })
    await queue.claimMany({ ...WORKER, labels: ['gpu'], limit: 20 })
  },
  'a waiting claim': () => queue.claim({ ...WORKER, labels: ['none'], waitMs: 1 }),
  renewLease: async () => queue.renewLease(await take(), 1000),
  complete: async () => queue.complete(await take(), {}),
  'complete again': async () => {
    const leaseId = await take()
    await queue.complete(leaseId, {})
    await queue.complete(leaseId, {})
  },
  fail: async () => queue.fail(await take(), { message: 'broken' }, { retryable: true }),
  'fail for good': async () => queue.fail(await take(), { message: 'broken' }, { retryable: false }),
  release: async () => queue.release(await take()),
  cancel: () => queue.cancel('run-1', 'job-100').catch(() => {}),
  cancelWorkflow: () => queue.cancelWorkflow('run-2'),
  isCancelled: () => queue.isCancelled('run-3', 'job-300'),
  getJob: () => queue.getJob('new', 'build'),
  listJobs: () => queue.listJobs('run-4', { states: ['waiting'], limit: 10 }),
  position: () => queue.position('new', 'build'),
  reapExpiredLeases: async () => {
    await queue.renewLease(await take(), 1)
    await queue.reapExpiredLeases()
  },
  purge: () => queue.purge(3_490_000),
}

describe('beside 100,000 jobs that wait, and 10,000 leases', () => {
  for (const [name, call] of Object.entries(CALLS)) {
    it(`${name} reads little more than what it is about`, { timeout: 120_000 }, async () => {
      executed.length = 0
      await call()
      for (const statement of executed.slice()) {
        // Locks and marks have no plan.
        if (!/\b(SELECT|UPDATE|DELETE)\b/.test(statement.text) || statement.text.includes('LOCK TABLE')) continue
        expect(slowParts(await planOf(statement)), statement.text).toEqual([])
      }
    })
  }
})
