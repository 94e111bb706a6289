import { JOB_STATES, type JobState, type LabelSetStats, parseLabelSetKey, type QueueStats } from '@sluice/core'
import type { RedisSession } from '../connection/redis-connection.ts'
import { QUEUE_SCRIPTS } from './queue-scripts.ts'

/** Where `stats.lua` must be called again, because jobs became due. */
const AGAIN = -2

/** Counts the jobs of the whole queue, its label sets in pages. */
export async function readStats(session: RedisSession): Promise<QueueStats> {
  const byLabelSet = new Map<string, LabelSetStats>()
  let counts: readonly number[] | undefined
  for (let from = 0; from >= 0; ) {
    const [next, byState, page] = await session.run(QUEUE_SCRIPTS.stats, [session.keys.prefix], [from])
    if (next === AGAIN) continue
    counts ??= byState
    for (const [key, waiting, delayed, active] of page) {
      const isIdle = waiting + delayed + active === 0
      if (!isIdle) byLabelSet.set(key, { labels: [...parseLabelSetKey(key)], waiting, delayed, active })
    }
    from = next
  }
  const byState = Object.fromEntries(JOB_STATES.map((state, index) => [state, counts?.[index] ?? 0]))
  return { byState: byState as Record<JobState, number>, byLabelSet: [...byLabelSet.values()] }
}
