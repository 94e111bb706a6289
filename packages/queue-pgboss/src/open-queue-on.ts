import type { Database } from './database/database.ts'
import { startBoss } from './database/start-boss.ts'
import { PgBossJobQueue } from './queue/pgboss-job-queue.ts'

/** How a queue differs from the default. */
export interface QueueTuning {
  /** How often what waits looks by itself, for notifications that got lost, in milliseconds. Defaults to 1,000. */
  readonly pollIntervalMs?: number
}

/** Opens a queue and its pg-boss on a database, which stays the caller's; `onClose` is called when both have ended. */
export async function openQueueOn(
  database: Database,
  { pollIntervalMs }: QueueTuning,
  onClose: () => Promise<void> = async () => {},
): Promise<PgBossJobQueue> {
  const boss = await startBoss(database)
  const stop = () => boss.stop({ graceful: false }).finally(onClose)
  try {
    const tuning = pollIntervalMs === undefined ? {} : { pollIntervalMs }
    return await PgBossJobQueue.open({ database, boss, onClose: stop, ...tuning })
  } catch (error) {
    await boss.stop({ graceful: false })
    throw error
  }
}
