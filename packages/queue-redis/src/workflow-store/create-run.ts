import type { NewRun } from '@sluice/core'
import type { RedisSession } from '../connection/redis-connection.ts'
import { CREATE_RUN, STAGE_RUN } from './run-scripts.ts'
import { batchesOf, discard, expired, newToken, STAGED_TTL_MS, stage } from './staged.ts'
import { encodeJob, type StoredRunJob } from './stored-run.ts'

/**
 * Stores a run in one step.
 *
 * The jobs of a large run come before it, in batches, under a name that no reader knows until that step.
 */
export async function createRun(session: RedisSession, run: NewRun): Promise<'created' | 'duplicate'> {
  const token = newToken()
  const batches = batchesOf(run.jobs.map(encodeJob))
  if (batches.length <= 1) return publish(session, run, token, batches[0] ?? [])
  const names = [`run-order:${token}`, `run-jobs:${token}`]
  let isDuplicate = false
  await stage(session, names, async () => {
    isDuplicate = (await stageJobs(session, run, token, batches)) === 'duplicate'
  })
  const status = isDuplicate ? 'duplicate' : await publish(session, run, token, [])
  if (status === 'duplicate') await discard(session, names)
  return status
}

async function stageJobs(
  session: RedisSession,
  { runId }: NewRun,
  token: string,
  batches: readonly (readonly StoredRunJob[])[],
): Promise<'staged' | 'duplicate'> {
  let staged = 0
  for (const batch of batches) {
    const args = [runId, token, STAGED_TTL_MS, staged, ...batch.flat()]
    const reply = await session.run(STAGE_RUN, [session.keys.prefix], args)
    if (reply === 'lost') throw expired(`run "${runId}"`)
    if (reply === 'duplicate') return reply
    staged += batch.length
  }
  return 'staged'
}

async function publish(
  session: RedisSession,
  { runId, name, definition, counts, jobs }: NewRun,
  token: string,
  inline: readonly StoredRunJob[],
): Promise<'created' | 'duplicate'> {
  const fields = [name, JSON.stringify(definition), JSON.stringify(counts), jobs.length]
  const reply = await session.run(CREATE_RUN, [session.keys.prefix], [runId, token, ...fields, ...inline.flat()])
  if (reply === 'lost') throw expired(`run "${runId}"`)
  return reply
}
