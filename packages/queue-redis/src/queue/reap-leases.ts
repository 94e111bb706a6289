import type { FailResult, LeaseExpiredEvent } from '@sluice/core'
import type { RedisSession } from '../connection/redis-session.ts'
import type { CallSlots } from './call-slots.ts'
import { cancelWorkflow } from './cancel-workflow.ts'
import { decodeJobKey } from './job-key.ts'
import { QUEUE_SCRIPTS } from './queue-scripts.ts'

/** Few enough that Redis serves others soon. */
const REAPED_AT_ONCE = 100

/** Ends the leases that have run out, in batches, and finishes what a canceller that died had begun. */
export async function reapExpiredLeases(
  session: RedisSession,
  slots: CallSlots,
): Promise<readonly LeaseExpiredEvent[]> {
  const events: LeaseExpiredEvent[] = []
  for (let mayBeMore = true; mayBeMore; ) {
    const reply = await slots.use(({ slot, token }) =>
      session.run(QUEUE_SCRIPTS.reap, [session.keys.prefix], [slot, token, REAPED_AT_ONCE, Math.random()]),
    )
    mayBeMore = reply[0] === 1
    for (const [jobKey, attempt, ending, at] of reply[1]) {
      const rest = JSON.parse(ending) as FailResult & { workerId: string }
      events.push({ kind: 'leaseExpired', ...decodeJobKey(jobKey), attempt, at, ...rest })
    }
    if (reply[2] !== '') await cancelWorkflow(session, reply[2])
  }
  return events
}
