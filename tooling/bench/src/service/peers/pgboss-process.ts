/**
 * Runs the jobs of pg-boss in a process of its own, and tells of each that is complete.
 *
 * They are fetched by hand, because its own workers look for jobs only every half second.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { PgBoss } from 'pg-boss'
import { PG_BOSS_QUEUE, type PgBossOrders } from './pgboss-flow.ts'

/** Between two looks at a queue that was empty. */
const LOOK_MS = 50

const { url, slots, flowIntervalSeconds } = JSON.parse(process.argv[2] ?? '') as PgBossOrders

const boss = new PgBoss({ connectionString: url, schedule: false, flowIntervalSeconds })
boss.on('error', (error) => process.stderr.write(`${error.stack}\n`))
await boss.start()
const stopped = new AbortController()
process.once('SIGTERM', () => stopped.abort())
const loops = Array.from({ length: slots }, work)
process.send?.('ready')
await Promise.all(loops)
await boss.stop({ graceful: false })

async function work(): Promise<void> {
  while (!stopped.signal.aborted) {
    const [job] = await boss.fetch<{ ms: number }>(PG_BOSS_QUEUE)
    if (job === undefined) {
      await sleep(LOOK_MS)
      continue
    }
    await sleep(job.data.ms)
    await boss.complete(PG_BOSS_QUEUE, job.id)
    process.send?.(job.id)
  }
}
