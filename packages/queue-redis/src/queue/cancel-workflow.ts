import type { RedisSession } from '../connection/redis-session.ts'
import { createToken } from './lease-id.ts'
import { QUEUE_SCRIPTS } from './queue-scripts.ts'

/** Few enough that Redis serves others soon. */
const CANCELLED_AT_ONCE = 100

/**
 * Cancels the unfinished jobs of a workflow in batches, of which the first refuses all that come later.
 *
 * @param workflow Its encoded id.
 * @returns How many were cancelled.
 */
export async function cancelWorkflow(session: RedisSession, workflow: string): Promise<number> {
  const token = createToken()
  let cancelled = 0
  for (let next = '0'; next !== ''; ) {
    const args = [workflow, token, next, CANCELLED_AT_ONCE]
    const reply = await session.run(QUEUE_SCRIPTS.cancelWorkflow, [session.keys.prefix], args)
    cancelled += reply[0]
    next = reply[1]
  }
  return cancelled
}
