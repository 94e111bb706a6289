import { JOB_STATES, type JobState, type LabelSetStats, parseLabelSetKey, type QueueStats } from '@sluice/core'
import type { RedisSession } from '../connection/redis-session.ts'
import { QUEUE_SCRIPTS } from './queue-scripts.ts'

/** Counts, and whether those of BullMQ and of the index beside it agree. */
export interface CheckedStats {
  readonly stats: QueueStats
  /** False where somebody moved or removed jobs by a dashboard. */
  readonly isIndexWhole: boolean
}

/** Where `stats.lua` must be called again, because jobs became due. */
const AGAIN = -2

/** Counts the jobs of the whole queue, its label sets in pages. */
export async function readStats(session: RedisSession): Promise<CheckedStats> {
  const byLabelSet = new Map<string, LabelSetStats>()
  let counts: readonly number[] | undefined
  for (let from = 0; from >= 0; ) {
    const [next, totals, page] = await session.run(QUEUE_SCRIPTS.stats, [session.keys.prefix], [from])
    if (next === AGAIN) continue
    counts ??= totals
    for (const [key, waiting, delayed, active] of page)
      byLabelSet.set(key, { labels: [...parseLabelSetKey(key)], waiting, delayed, active })
    from = next
  }
  const [, , , , , , stray = 0] = counts ?? []
  const byState = Object.fromEntries(JOB_STATES.map((state, index) => [state, counts?.[index] ?? 0]))
  const stats = { byState: byState as Record<JobState, number>, byLabelSet: [...byLabelSet.values()] }
  return {
    stats: { ...stats, byLabelSet: stats.byLabelSet.filter(isInUse) },
    isIndexWhole: stray === 0 && agrees(stats),
  }
}

function agrees({ byState, byLabelSet }: QueueStats): boolean {
  return (['waiting', 'delayed', 'active'] as const).every(
    (state) => byLabelSet.reduce((sum, counts) => sum + counts[state], 0) === byState[state],
  )
}

function isInUse({ waiting, delayed, active }: LabelSetStats): boolean {
  return waiting + delayed + active > 0
}
