import { randomBytes } from 'node:crypto'
import { unavailable } from '../connection/redis-errors.ts'
import type { RedisSession } from '../connection/redis-session.ts'
import type { StoredRunJob } from './stored-run.ts'

/** How long the parts of a run or of a commit wait for the next: when its process has died, they go. */
export const STAGED_TTL_MS = 60 * 60 * 1000

const BATCH_JOBS = 500
const BATCH_LENGTH = 512 * 1024

/** Splits jobs into what one script takes without keeping Redis from other work for long. */
export function batchesOf(jobs: readonly StoredRunJob[]): StoredRunJob[][] {
  const batches: StoredRunJob[][] = []
  let length = 0
  for (const job of jobs) {
    const batch = batches.at(-1)
    length += job[1].length
    if (batch === undefined || batch.length === BATCH_JOBS || length > BATCH_LENGTH) {
      batches.push([job])
      length = job[1].length
    } else batch.push(job)
  }
  return batches
}

/** Names a run or a commit as no other is named, so that a call that was sent twice is recognised. */
export function newToken(): string {
  return randomBytes(12).toString('base64url')
}

/** Stages in steps, and removes what was staged if one of them fails. */
export async function stage(session: RedisSession, names: readonly string[], steps: () => Promise<void>) {
  try {
    await steps()
  } catch (error) {
    await discard(session, names)
    throw error
  }
}

/** Removes what was staged in vain. Where that fails, it expires. */
export async function discard(session: RedisSession, names: readonly string[]): Promise<void> {
  await session.call((client) => client.unlink(names.map((name) => session.keys.key(name)))).catch(() => {})
}

/** The error of parts that expired before the whole was there. */
export function expired(what: string): Error {
  return unavailable(new Error(`${what} took longer than ${STAGED_TTL_MS} ms to store; nothing of it was kept`))
}
