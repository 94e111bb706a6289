import type { NewRun } from '@sluice/core'
import type { RedisSession } from '../connection/redis-session.ts'
import { CREATE_RUN, STAGE_RUN } from './run-scripts.ts'
import { batchesOf, discard, expired, newToken, STAGED_TTL_MS, stage } from './staged.ts'
import { encodeJob, type StoredRunJob } from './stored-run.ts'

/** A run, named, with its parts as they are stored. */
interface StoredNewRun {
  readonly run: NewRun
  readonly token: string
  readonly definition: string
  readonly batches: readonly (readonly StoredRunJob[])[]
}

const SMALL_DEFINITION_LENGTH = 64 * 1024

/**
 * Stores a run in one step.
 *
 * The definition and the jobs of a large run come before it, in batches, under a name that no reader knows until that step.
 */
export async function createRun(session: RedisSession, run: NewRun): Promise<'created' | 'duplicate'> {
  const definition = JSON.stringify(run.definition)
  const stored = { run, token: newToken(), definition, batches: batchesOf(run.jobs.map(encodeJob)) }
  const isSmall = stored.batches.length <= 1 && definition.length <= SMALL_DEFINITION_LENGTH
  if (isSmall) return publish(session, stored, definition, stored.batches[0] ?? [])
  const names = ['run-definition', 'run-order', 'run-jobs'].map((name) => `${name}:${stored.token}`)
  let isDuplicate = false
  await stage(session, names, async () => {
    isDuplicate = (await stageRun(session, stored)) === 'duplicate'
  })
  const status = isDuplicate ? 'duplicate' : await publish(session, stored, '', [])
  if (status === 'duplicate') await discard(session, names)
  return status
}

async function stageRun(
  session: RedisSession,
  { run: { runId }, token, definition, batches }: StoredNewRun,
): Promise<'staged' | 'duplicate'> {
  let staged = 0
  for (const batch of batches) {
    const args = [runId, token, STAGED_TTL_MS, staged, ...batch.flat()]
    const reply = await session.run(STAGE_RUN, [session.keys.prefix], args)
    if (reply === 'lost') throw expired(`run "${runId}"`)
    if (reply === 'duplicate') return reply
    staged += batch.length
  }
  const key = session.keys.key(`run-definition:${token}`)
  await session.call((client) => client.set(key, definition, 'PX', STAGED_TTL_MS))
  return 'staged'
}

async function publish(
  session: RedisSession,
  { run, token }: StoredNewRun,
  definition: string,
  jobs: readonly StoredRunJob[],
): Promise<'created' | 'duplicate'> {
  const fields = [run.runId, token, run.name, definition, JSON.stringify(run.counts), run.jobs.length]
  const reply = await session.run(CREATE_RUN, [session.keys.prefix], [...fields, ...jobs.flat()])
  if (reply === 'lost') throw expired(`run "${run.runId}"`)
  return reply
}
