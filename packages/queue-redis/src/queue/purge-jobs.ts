import type { RedisSession } from '../connection/redis-session.ts'
import type { CallSlots } from './call-slots.ts'
import { QUEUE_SCRIPTS } from './queue-scripts.ts'

/** Few enough that Redis serves others soon. */
const REMOVED_AT_ONCE = 200

/** Removes the jobs that ended longer ago, and the marks of cancelled workflows that are as old and have no jobs. */
export async function purgeJobs(session: RedisSession, slots: CallSlots, olderThanMs: number): Promise<number> {
  const keys = [session.keys.prefix]
  let total = 0
  for (let removed = REMOVED_AT_ONCE; removed === REMOVED_AT_ONCE; total += removed) {
    removed = await slots.use(({ slot, token }) =>
      session.run(QUEUE_SCRIPTS.purge, keys, [slot, token, olderThanMs, REMOVED_AT_ONCE]),
    )
  }
  for (let skip = 0; skip >= 0; ) {
    skip = await session.run(QUEUE_SCRIPTS.forgetWorkflows, keys, [olderThanMs, skip, REMOVED_AT_ONCE])
  }
  return total
}
