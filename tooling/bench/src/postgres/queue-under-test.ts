import { openPgBossJobQueue, type PgBossJobQueue } from '@sluice/queue-pgboss'
import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import pg from 'pg'
import { PgBoss } from 'pg-boss'
import { inFlight } from '../in-flight.ts'

/** What the benchmarks do to a queue, whichever it is. */
export interface QueueUnderTest {
  enqueue(): Promise<void>
  enqueueMany(count: number): Promise<void>
  /** Takes so many jobs and completes them, so many at once. */
  drain(count: number, atOnce: number): Promise<void>
  /** Does the same by batches of 100, where the queue has such a call. */
  drainInBatches?(count: number): Promise<void>
  close(): Promise<void>
}

/** What opens a queue on an empty database. */
export type OpenQueue = (url: string) => Promise<QueueUnderTest>

/** The payload of every job, about 200 bytes. */
export const PAYLOAD = { file: 'cat.png', width: 640, note: 'x'.repeat(150) }

/** Graphile Worker prints a line for each job otherwise. */
export const SILENT = new Logger(() => () => {})

const BATCH = 100
export const CLAIM = { workerId: 'bench', labels: [], leaseTtlMs: 3_600_000 }

/** Opens our queue. */
export const openSluice: OpenQueue = async (url) => sluice(await openPgBossJobQueue({ connectionString: url }))

/** Wraps our queue. */
export function sluice(queue: PgBossJobQueue): QueueUnderTest {
  let count = 0
  const job = () => ({ workflowId: 'run', jobId: `job-${count++}`, command: 'resize', payload: PAYLOAD })
  return {
    async enqueue() {
      await queue.enqueue(job())
    },
    async enqueueMany(jobs) {
      await queue.enqueueMany(Array.from({ length: jobs }, job))
    },
    drain: (jobs, atOnce) =>
      inFlight(jobs, atOnce, async () => {
        const claimed = await queue.claim(CLAIM)
        await queue.complete(claimed?.lease.leaseId ?? '', {})
      }),
    drainInBatches: (jobs) =>
      inFlight(jobs / BATCH, 1, async () => {
        const claimed = await queue.claimMany({ ...CLAIM, limit: BATCH })
        await Promise.all(claimed.map(({ lease }) => queue.complete(lease.leaseId, {})))
      }),
    close: () => queue.close(),
  }
}

/** Opens pg-boss as it is: jobs are fetched and completed by hand, without leases, outputs or events. */
export const openPgBoss: OpenQueue = async (url) => {
  const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false })
  // The end of its connections when the database is removed; calls reject by themselves.
  boss.on('error', () => {})
  await boss.start()
  await boss.createQueue('bench')
  return {
    async enqueue() {
      await boss.send('bench', PAYLOAD)
    },
    async enqueueMany(jobs) {
      await boss.insert(
        'bench',
        Array.from({ length: jobs }, () => ({ data: PAYLOAD })),
      )
    },
    drain: (jobs, atOnce) =>
      inFlight(jobs, atOnce, async () => {
        const [job] = await boss.fetch('bench')
        await boss.complete('bench', job?.id ?? '')
      }),
    drainInBatches: (jobs) =>
      inFlight(jobs / BATCH, 1, async () => {
        const fetched = await boss.fetch('bench', { batchSize: BATCH })
        await boss.complete(
          'bench',
          fetched.map(({ id }) => id),
        )
      }),
    close: () => boss.stop({ graceful: false }),
  }
}

/** Opens Graphile Worker as it is; it has no call that takes a job, so its runner does. */
export const openGraphile: OpenQueue = async (url) => {
  const pool = new pg.Pool({ connectionString: url })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const utils = await makeWorkerUtils({ pgPool: pool, logger: SILENT })
  await utils.migrate()
  return {
    async enqueue() {
      await utils.addJob('resize', PAYLOAD)
    },
    async enqueueMany(jobs) {
      await utils.addJobs(Array.from({ length: jobs }, () => ({ identifier: 'resize', payload: PAYLOAD })))
    },
    async drain(jobs, atOnce) {
      const { promise, resolve } = Promise.withResolvers<void>()
      let done = 0
      const resize = async () => {
        if (++done === jobs) resolve()
      }
      const options = {
        pgPool: pool,
        concurrency: atOnce,
        noHandleSignals: true,
        logger: SILENT,
        taskList: { resize },
      }
      const runner = await run(options)
      await promise
      await runner.stop()
    },
    async close() {
      await utils.release()
      await pool.end()
    },
  }
}
