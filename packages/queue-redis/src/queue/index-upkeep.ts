import { labelSetKey, type QueueStats } from '@sluice/core'
import type { RedisSession } from '../connection/redis-session.ts'
import { QUEUE_SCRIPTS } from './queue-scripts.ts'
import { readStats } from './queue-stats.ts'

/** Few enough that Redis serves others soon. */
const LOOKED_AT_ONCE = 200

/**
 * Counts the jobs; where somebody moved or removed some by a dashboard, mends the index of those that wait before.
 *
 * Jobs that were made to wait are claimable then, and events and wake-ups tell of them.
 */
export async function upkeepIndex(session: RedisSession): Promise<QueueStats> {
  const before = await readStats(session)
  if (before.isIndexWhole) return before.stats
  await restoreIndex(session, before.stats)
  return (await readStats(session)).stats
}

async function restoreIndex(session: RedisSession, { byLabelSet }: QueueStats): Promise<void> {
  const keys = [session.keys.prefix]
  await scan((cursor) => session.run(QUEUE_SCRIPTS.restoreWaiting, keys, [cursor, LOOKED_AT_ONCE]))
  for (const { labels } of byLabelSet) {
    const labelSet = labelSetKey(labels)
    await scan((cursor) => session.run(QUEUE_SCRIPTS.restoreIndex, keys, [labelSet, cursor, LOOKED_AT_ONCE]))
  }
}

async function scan(next: (cursor: string) => Promise<string>): Promise<void> {
  let cursor = '0'
  do cursor = await next(cursor)
  while (cursor !== '0')
}
