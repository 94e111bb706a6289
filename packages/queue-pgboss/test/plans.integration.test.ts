import { testPostgres } from '@sluice-tooling/services'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import type { Database } from '../src/database/database.ts'
import { DatabaseHandle } from '../src/database/database-handle.ts'
import { openDatabase } from '../src/database/open-database.ts'
import type { Session, Statement } from '../src/database/session.ts'
import { PostgresLogStore } from '../src/log-store/postgres-log-store.ts'
import { PostgresWorkflowStore } from '../src/workflow-store/postgres-workflow-store.ts'
import fillStoresSql from './fill-stores.sql'

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

const LARGE_TABLES = ['run', 'run_job', 'log', 'log_chunk']

const { url, dispose } = await (await testPostgres()).createDatabase()
const database = await openDatabase({ connectionString: url })
const executed: Executed[] = []
listenTo(database)
const workflows = new PostgresWorkflowStore(new DatabaseHandle(database))
const logs = new PostgresLogStore(new DatabaseHandle(database))
await database.script(database.fill(fillStoresSql))
// Plans are made without the help that connections of our own begin with: an application may lend its pool.
const client = new pg.Client(url)
await client.connect()
afterAll(async () => {
  await Promise.all([client.end(), logs.close()])
  await database.close()
  await dispose()
})

/** Notes every statement that is executed. */
function listenTo(target: Database): void {
  const heard = (session: Session): Session['query'] => {
    const query = session.query.bind(session)
    return (statement: string | Statement, values: readonly unknown[] = []) => {
      executed.push({ text: typeof statement === 'string' ? target.fill(statement) : statement.text, values })
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
  const literals = values.map((value) => (value === null ? 'NULL' : pg.escapeLiteral(textOf(value))))
  await client.query('BEGIN; SET LOCAL plan_cache_mode = force_generic_plan')
  try {
    await client.query(`PREPARE statement AS ${text}`)
    const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE statement (${literals})`)
    return rows[0]['QUERY PLAN'][0].Plan
  } finally {
    await client.query('ROLLBACK')
    await client.query('DEALLOCATE ALL')
  }
}

/** A value as the driver sends it. */
function textOf(value: unknown): string {
  return Array.isArray(value) ? `{${value.join(',')}}` : String(value)
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)]
}

/** What in a plan takes longer the more there is in the store, in words. */
function slowParts(plan: PlanNode): string[] {
  return nodesOf(plan).flatMap((node) => {
    const { 'Node Type': type, 'Relation Name': table = '', 'Rows Removed by Filter': removed = 0 } = node
    if (!LARGE_TABLES.includes(table) || node['Actual Loops'] === 0) return []
    if (type === 'Seq Scan') return [`reads all of ${table}`]
    return removed * node['Actual Loops'] > 100 ? [`reads ${removed} rows of ${table} in vain`] : []
  })
}

const COUNTS = { blocked: 0, queued: 1, running: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0 }
const LOG = { workflowId: 'run-1', jobId: 'job-1' }

const CALLS: Record<string, () => Promise<unknown>> = {
  createRun: () => {
    const jobs = [{ jobId: 'build', state: 'queued', runAttempt: 1 } as const]
    return workflows.createRun({ runId: 'new', name: 'new', definition: {}, counts: COUNTS, jobs })
  },
  getRun: () => workflows.getRun('run-7'),
  loadRun: () => workflows.loadRun('run-7'),
  commitRun: async () => {
    const { version = 0 } = (await workflows.getRun('run-1')) ?? {}
    const jobs = [7, 70_000].map((n) => ({ jobId: `job-${n}`, state: 'queued', runAttempt: 1 }) as const)
    await workflows.commitRun('run-1', version, { counts: COUNTS, jobs })
  },
  'a commit that is refused': () =>
    workflows.commitRun('run-1', 1000, { jobs: [{ jobId: 'job-1', state: 'queued', runAttempt: 1 }] }).catch(() => {}),
  listRuns: () => workflows.listRuns({ limit: 10 }),
  'listRuns by status': () => workflows.listRuns({ statuses: ['running'], limit: 10 }),
  'listRuns from the middle': () => workflows.listRuns({ limit: 10, cursor: '50000' }),
  listRunJobs: () => workflows.listRunJobs('run-1', { limit: 10 }),
  'listRunJobs from the middle': () => workflows.listRunJobs('run-1', { limit: 10, cursor: '50000' }),
  deleteRuns: () => workflows.deleteRuns(99_990_000),
  append: () => logs.append([{ ...LOG, attempt: 0, sequence: 200_000, stream: 'stdout', text: 'more' }]),
  'purge of logs': () => logs.purge(3_600_000),
  read: () => logs.read(LOG, { from: 50_000, limit: 10 }),
}

describe('beside 100,000 runs, jobs, logs and chunks', () => {
  for (const [name, call] of Object.entries(CALLS)) {
    it(`${name} reads little more than what it is about`, { timeout: 120_000 }, async () => {
      executed.length = 0
      await call()
      expect(executed.length).toBeGreaterThan(0)
      const statements = [...new Map(executed.map((statement) => [statement.text, statement])).values()]
      for (const statement of statements) {
        if (!/^(SELECT|INSERT|UPDATE|DELETE|WITH)\b/.test(statement.text)) continue
        expect(slowParts(await planOf(statement)), statement.text).toEqual([])
      }
    })
  }
})
