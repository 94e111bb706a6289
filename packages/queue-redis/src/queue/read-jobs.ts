import type { JobRecord } from '@sluice/core'
import type { RedisSession } from '../connection/redis-session.ts'
import { parseRecord } from './job-record.ts'
import { QUEUE_SCRIPTS } from './queue-scripts.ts'

/** Reads all that is known of jobs; `null` for each that is not there. */
export async function readJobs(
  session: RedisSession,
  jobKeys: readonly string[],
): Promise<readonly (JobRecord | null)[]> {
  const replies = await session.run(QUEUE_SCRIPTS.getJobs, [session.keys.prefix], jobKeys)
  return replies.map((reply) => (reply.length === 0 ? null : parseRecord(...reply)))
}
