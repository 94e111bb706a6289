import { openPgBossJobQueue, type PgBossJobQueue } from '@sluice/queue-pgboss'
import pg from 'pg'
import type { Benchmark, BenchmarkCase } from '../benchmark.ts'
import { inFlight } from '../in-flight.ts'
import { LABEL_TRIPLES } from '../sample-labels.ts'
import { filledDatabase, withDatabase } from './bench-postgres.ts'
import {
  CLAIM,
  type OpenQueue,
  openGraphile,
  openPgBoss,
  openSluice,
  PAYLOAD,
  type QueueUnderTest,
} from './queue-under-test.ts'

const PG_BOSS = 'pg-boss'
const LARGE_BACKLOG = 1_000_000
const OTHERS = 100_000
const SAMPLES = 500

const QUEUES: readonly [label: string, open: OpenQueue][] = [
  [PG_BOSS, openPgBoss],
  ['Graphile Worker', openGraphile],
  ['Sluice', openSluice],
]

const [PG_BOSS_QUEUE, , SLUICE_QUEUE] = QUEUES as [(typeof QUEUES)[0], (typeof QUEUES)[0], (typeof QUEUES)[0]]

/** The same by several queues. */
function comparison(
  { name, title, target, jobs }: { name: string; title: string; target?: string; jobs: number },
  queues: readonly (typeof QUEUES)[0][],
  measured: (queue: QueueUnderTest, jobs: number) => Promise<void>,
  prepared: (queue: QueueUnderTest, jobs: number) => Promise<void> = async () => {},
): Benchmark {
  const cases = queues.map(([label, open]): BenchmarkCase => {
    const run = () =>
      withDatabase(async (url) => {
        const queue = await open(url)
        try {
          await prepared(queue, jobs)
          const startedAt = performance.now()
          await measured(queue, jobs)
          return ((performance.now() - startedAt) * 1000) / jobs
        } finally {
          await queue.close()
        }
      })
    return label === 'Sluice' && target !== undefined ? { label, target, run } : { label, run }
  })
  return { name, title, unit: 'µs / job', baseline: PG_BOSS, cases }
}

const fill = async (queue: QueueUnderTest, jobs: number) => {
  for (let left = jobs; left > 0; left -= 1000) await queue.enqueueMany(Math.min(left, 1000))
}

export const enqueueing: readonly Benchmark[] = [
  comparison(
    { name: 'pg-enqueue', title: 'PostgreSQL: enqueue, one after the other', jobs: 500 },
    QUEUES,
    (queue, jobs) => inFlight(jobs, 1, () => queue.enqueue()),
  ),
  comparison(
    { name: 'pg-enqueue-20', title: 'PostgreSQL: enqueue, 20 calls at once', jobs: 5000 },
    QUEUES,
    (queue, jobs) => inFlight(jobs, 20, () => queue.enqueue()),
  ),
  comparison(
    {
      name: 'pg-enqueue-many',
      title: 'PostgreSQL: enqueueMany, 1,000 at a time',
      jobs: 10_000,
      target: 'ratio < 1.25',
    },
    QUEUES,
    fill,
  ),
]

export const claiming: readonly Benchmark[] = [
  comparison(
    { name: 'pg-claim', title: 'PostgreSQL: claim + complete, one after the other', jobs: 500, target: 'ratio < 1.18' },
    QUEUES,
    (queue, jobs) => queue.drain(jobs, 1),
    fill,
  ),
  comparison(
    { name: 'pg-claim-20', title: 'PostgreSQL: claim + complete, 20 at once', jobs: 4000, target: 'ratio < 0.25' },
    QUEUES,
    (queue, jobs) => queue.drain(jobs, 20),
    fill,
  ),
  comparison(
    { name: 'pg-claim-100', title: 'PostgreSQL: claim + complete, 100 at once', jobs: 10_000, target: '< 100 µs' },
    QUEUES,
    (queue, jobs) => queue.drain(jobs, 100),
    fill,
  ),
  comparison(
    {
      name: 'pg-claim-many',
      title: 'PostgreSQL: claimMany(100) + complete',
      jobs: 10_000,
      target: 'ratio < 1.43',
    },
    [PG_BOSS_QUEUE, SLUICE_QUEUE],
    async (queue, jobs) => queue.drainInBatches?.(jobs),
    fill,
  ),
]

export const size: Benchmark = {
  name: 'pg-size',
  title: 'PostgreSQL: disk for a waiting job with 200 bytes of payload, with its indexes',
  unit: 'bytes / job',
  baseline: PG_BOSS,
  rounds: 1,
  cases: QUEUES.map(([label, open]) => ({
    label,
    run: () =>
      withDatabase(async (url) => {
        const queue = await open(url)
        const before = await databaseSize(url)
        await fill(queue, 20_000)
        const after = await databaseSize(url)
        await queue.close()
        return (after - before) / 20_000
      }),
  })),
}

/** A worker of one label set, beside 1,000 other sets with jobs that it cannot run. */
export const labelSets: Benchmark = {
  name: 'pg-labels',
  title: 'PostgreSQL: claim, one after the other, 99 of 100 take less',
  unit: 'ms',
  baseline: '1 label set',
  rounds: 3,
  cases: [1, LABEL_TRIPLES.length].map((sets) => ({
    label: sets === 1 ? '1 label set' : `${sets.toLocaleString('en')} more, with ${OTHERS.toLocaleString('en')} jobs`,
    ...(sets === 1 ? {} : { target: '< 15 ms' }),
    async run() {
      const { url } = await filledDatabase(`labels-${sets}`, (url) => fillOthers(url, sets === 1 ? 0 : OTHERS))
      return withQueue(url, async (queue) => {
        await enqueue(queue, `round-${round++}`, SAMPLES, () => ['ours'])
        const delays = await timeEach(SAMPLES, async () => {
          if ((await queue.claim({ ...CLAIM, labels: ['ours'] })) === null) throw new Error('no job was given')
        })
        return delays[Math.floor(delays.length * 0.99)] as number
      })
    },
  })),
}

export const backlogs: Benchmark = {
  name: 'pg-backlog',
  title: 'PostgreSQL: enqueue + claim + complete, one after the other, by jobs waiting',
  unit: 'µs / job',
  baseline: '1,000 waiting',
  rounds: 3,
  cases: [1000, LARGE_BACKLOG].map((waiting) => ({
    label: `${waiting.toLocaleString('en')} waiting`,
    ...(waiting === LARGE_BACKLOG ? { target: 'ratio < 1.5' } : {}),
    async run() {
      const { url } = await filledDatabase(`backlog-${waiting}`, (url) =>
        withQueue(url, (queue) => enqueue(queue, 'backlog', waiting, () => [])),
      )
      return withQueue(url, async (queue) => {
        const workflowId = `round-${round++}`
        const delays = await timeEach(SAMPLES, async (index) => {
          await queue.enqueue({ workflowId, jobId: `${index}`, command: 'resize', payload: PAYLOAD })
          const claimed = await queue.claim(CLAIM)
          await queue.complete(claimed?.lease.leaseId ?? '', {})
        })
        return (delays.reduce((sum, delay) => sum + delay, 0) / delays.length) * 1000
      })
    },
  })),
}

let round = 0

async function fillOthers(url: string, jobs: number): Promise<void> {
  if (jobs > 0)
    await withQueue(url, (queue) =>
      enqueue(queue, 'others', jobs, (index) => LABEL_TRIPLES[index % LABEL_TRIPLES.length] ?? []),
    )
}

async function withQueue<Value>(url: string, use: (queue: PgBossJobQueue) => Promise<Value>): Promise<Value> {
  const queue = await openPgBossJobQueue({ connectionString: url })
  try {
    return await use(queue)
  } finally {
    await queue.close()
  }
}

async function enqueue(
  queue: PgBossJobQueue,
  workflowId: string,
  jobs: number,
  labels: (index: number) => readonly string[],
): Promise<void> {
  const job = (index: number) => ({
    workflowId,
    jobId: `job-${index}`,
    command: 'resize',
    payload: PAYLOAD,
    requiredLabels: labels(index),
  })
  await inFlight(Math.ceil(jobs / 1000), 2, async (batch) => {
    const first = batch * 1000
    const length = Math.min(1000, jobs - first)
    await queue.enqueueMany(Array.from({ length }, (_, index) => job(first + index)))
  })
}

/** Milliseconds of each call, the shortest first. */
async function timeEach(count: number, call: (index: number) => Promise<void>): Promise<number[]> {
  const delays: number[] = []
  for (let index = 0; index < count; index++) {
    const startedAt = performance.now()
    await call(index)
    delays.push(performance.now() - startedAt)
  }
  return delays.sort((a, b) => a - b)
}

async function databaseSize(url: string): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query('VACUUM')
  const { rows } = await client.query('SELECT pg_database_size(current_database())::float8 AS size')
  await client.end()
  return rows[0].size
}
