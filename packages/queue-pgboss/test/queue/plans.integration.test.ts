import { testPostgres } from '@sluice-tooling/services'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { openDatabase } from '../../src/database/open-database.ts'
import type { Session, Statement } from '../../src/database/session.ts'
import { STARTUP_OPTIONS } from '../../src/database/session-settings.ts'
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
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly Plans?: readonly PlanNode[]
}

const JOB = { workflowId: 'new', jobId: 'build', command: 'make' }
const WORKER = { workerId: 'w1', labels: [], leaseTtlMs: 3_600_000 }

interface Subject {
  readonly queue: PgBossJobQueue
  /** Executes a statement once more, by the plan for any values, and returns that; nothing is changed. */
  planOf(statement: Executed): Promise<PlanNode>
  /** The statements that a call executes. */
  statementsOf(call: (queue: PgBossJobQueue) => Promise<unknown>): Promise<readonly Executed[]>
  close(): Promise<void>
}

/** Opens a queue that is filled with jobs, and a connection with these settings to look at its plans. */
async function open(
  settings: string,
  fillWith: (fill: Fill, analyze: () => Promise<unknown>) => Promise<void>,
): Promise<Subject> {
  const { url, dispose } = await (await testPostgres()).createDatabase()
  const database = await openDatabase({ connectionString: url })
  const executed: Executed[] = []
  listenTo(database, executed)
  const boss = await startBoss(database)
  const queue = await PgBossJobQueue.open({ database, boss })
  // Statistics are gathered when we say so.
  const tables = ['{{boss}}.job_common', '{{schema}}.job', '{{schema}}.lease']
  for (const table of tables)
    await database.script(database.fill(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`))
  const [set] = await database.query<{ queue: string }>('SELECT queue FROM {{schema}}.label_set WHERE id = 1')
  await fillWith(
    (values) => fill(database, { ...values, queue: set?.queue ?? '' }),
    () => database.script('ANALYZE'),
  )
  const client = new pg.Client({ connectionString: url, options: settings })
  await client.connect()
  return {
    queue,
    planOf: (statement) => planOf(client, statement),
    async statementsOf(call) {
      executed.length = 0
      await call(queue)
      // Locks have no plan.
      return executed.filter(({ text }) => /\b(SELECT|UPDATE|DELETE)\b/.test(text) && !text.includes('LOCK TABLE'))
    },
    async close() {
      await client.end()
      await queue.close()
      await boss.stop({ graceful: false })
      await database.close()
      await dispose()
    },
  }
}

type Fill = (values: { readonly state: string; readonly first: number; readonly last: number }) => Promise<void>

async function fill(database: Database, values: Record<string, unknown>): Promise<void> {
  const text = Object.entries(values).reduce(
    (filled, [name, value]) => filled.replaceAll(`{{${name}}}`, String(value)),
    manyJobsSql,
  )
  await database.script(database.fill(text))
}

/** Notes every statement that is executed. */
function listenTo(target: Database, executed: Executed[]): void {
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

async function planOf(client: pg.Client, { text, values }: Executed): Promise<PlanNode> {
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
/** As many as the largest batch; a queue has more. */
const MOST_ROWS = 1000

/** What in a plan takes longer the more jobs there are, in words. */
function slowParts(plan: PlanNode, mostRows: number): string[] {
  return nodesOf(plan).flatMap((node) => {
    const { 'Node Type': type, 'Relation Name': table = '', 'Rows Removed by Filter': removed = 0 } = node
    if (!LARGE_TABLES.includes(table)) return []
    if (type === 'Seq Scan') return [`reads all of ${table}`]
    const { 'Actual Rows': rows, 'Actual Loops': loops } = node
    if (rows * loops > mostRows) return [`reads ${rows * loops} rows of ${table}`]
    return removed * loops > 100 ? [`reads ${removed} rows of ${table} in vain`] : []
  })
}

async function take(queue: PgBossJobQueue) {
  const claimed = await queue.claim(WORKER)
  if (claimed === null) throw new Error('no job was given')
  return claimed.lease.leaseId
}

const CALLS: Record<string, (queue: PgBossJobQueue) => Promise<unknown>> = {
  enqueue: (queue) => queue.enqueue(JOB),
  enqueueMany: (queue) => queue.enqueueMany([JOB, { ...JOB, jobId: 'test', delayMs: 1000 }]),
  claim: take,
  claimMany: (queue) => queue.claimMany({ ...WORKER, limit: 50 }),
  'claimMany of the most': (queue) => queue.claimMany({ ...WORKER, limit: 500 }),
  'claim from several queues': async (queue) => {
    await queue.enqueue({ ...JOB, jobId: 'render', requiredLabels: ['gpu'] })
    await queue.claim({ ...WORKER, labels: ['gpu'] })
    await queue.claimMany({ ...WORKER, labels: ['gpu'], limit: 20 })
  },
  'a waiting claim': (queue) => queue.claim({ ...WORKER, labels: ['none'], waitMs: 1 }),
  renewLease: async (queue) => queue.renewLease(await take(queue), 1000),
  complete: async (queue) => queue.complete(await take(queue), {}),
  'complete again': async (queue) => {
    const leaseId = await take(queue)
    await queue.complete(leaseId, {})
    await queue.complete(leaseId, {})
  },
  fail: async (queue) => queue.fail(await take(queue), { message: 'broken' }, { retryable: true }),
  'fail for good': async (queue) => queue.fail(await take(queue), { message: 'broken' }, { retryable: false }),
  release: async (queue) => queue.release(await take(queue)),
  cancel: (queue) => queue.cancel('run-1', 'job-100').catch(() => {}),
  cancelWorkflow: (queue) => queue.cancelWorkflow('run-2'),
  isCancelled: (queue) => queue.isCancelled('run-3', 'job-300'),
  getJob: (queue) => queue.getJob('new', 'build'),
  listJobs: (queue) => queue.listJobs('run-4', { states: ['waiting'], limit: 10 }),
  position: (queue) => queue.position('new', 'build'),
  reapExpiredLeases: async (queue) => {
    await queue.renewLease(await take(queue), 1)
    await queue.reapExpiredLeases()
  },
  purge: (queue) => queue.purge(3_490_000),
}

function openLarge(): Promise<Subject> {
  // Without the settings that connections of our own begin with: an application may lend its pool.
  return open('', async (fill, analyze) => {
    await fill({ state: 'created', first: 0, last: 99_999 })
    await fill({ state: 'completed', first: 100_000, last: 149_999 })
    await analyze()
    // They come after the statistics were gathered, which know of no active job.
    await fill({ state: 'active', first: 150_000, last: 159_999 })
  })
}

function openNew(): Promise<Subject> {
  return open(STARTUP_OPTIONS, async (fill) => {
    await fill({ state: 'created', first: 0, last: 49_999 })
    await fill({ state: 'completed', first: 50_000, last: 50_999 })
    await fill({ state: 'active', first: 51_000, last: 51_999 })
  })
}

/** What counts jobs, one by one, in an index. */
const COUNTING: ReadonlySet<string> = new Set(['position'])
/** Without what is counted by one index as well as by another. */
const { position: _, ...LOOK_UPS } = CALLS

describe.each([
  ['beside 100,000 jobs that wait, and 10,000 leases', openLarge, CALLS],
  ['in a new queue, of which there are no statistics yet', openNew, LOOK_UPS],
] as const)('%s', (_title, openStore, calls) => {
  let subject: Subject
  beforeAll(async () => {
    subject = await openStore()
  }, 120_000)
  afterAll(() => subject.close())

  for (const [name, call] of Object.entries(calls)) {
    const mostRows = COUNTING.has(name) ? Number.POSITIVE_INFINITY : MOST_ROWS
    it(`${name} reads little more than what it is about`, { timeout: 120_000 }, async () => {
      for (const statement of await subject.statementsOf(call)) {
        expect(slowParts(await subject.planOf(statement), mostRows), statement.text).toEqual([])
      }
    })
  }
})
