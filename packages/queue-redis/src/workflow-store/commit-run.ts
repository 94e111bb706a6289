import { type RunChanges, RunConflictError, RunNotFoundError, ValidationError } from '@sluice/core'
import type { RedisSession } from '../connection/redis-session.ts'
import { APPLY_COMMIT, COMMIT_RUN, type CommitReply, STAGE_COMMIT } from './run-scripts.ts'
import { batchesOf, discard, expired, newToken, STAGED_TTL_MS, stage } from './staged.ts'
import { encodeJob, type StoredRunJob } from './stored-run.ts'

/** Changes to a run, named. */
interface Commit {
  readonly token: string
  readonly runId: string
  readonly expectedVersion: number
  readonly changes: RunChanges
  /** The changed jobs, each once. */
  readonly jobs: readonly StoredRunJob[]
}

const JOBS_APPLIED_AT_ONCE = 500

/**
 * Applies changes to a run in one step.
 *
 * The jobs of a large commit come before it, in batches, and from that step on lie over those of the run. What follows moves
 * them, in batches again; should that be cut short, whoever commits next goes on with it.
 */
export async function commitRun(
  session: RedisSession,
  runId: string,
  expectedVersion: number,
  changes: RunChanges,
): Promise<number> {
  const jobs = [...new Map((changes.jobs ?? []).map(encodeJob))]
  const commit = { token: newToken(), runId, expectedVersion, changes, jobs }
  const batches = batchesOf(jobs)
  if (batches.length <= 1) check(await publish(session, commit, 0), commit)
  else await commitInBatches(session, commit, batches)
  return expectedVersion + 1
}

async function commitInBatches(
  session: RedisSession,
  commit: Commit,
  batches: readonly (readonly StoredRunJob[])[],
): Promise<void> {
  const { token, runId, expectedVersion, jobs } = commit
  const names = [`run-overlay:${token}`]
  await stage(session, names, async () => {
    for (const batch of batches) {
      const args = [runId, expectedVersion, token, STAGED_TTL_MS, ...batch.flat()]
      check(await session.run(STAGE_COMMIT, [session.keys.prefix], args), commit)
    }
  })
  const reply = await publish(session, commit, jobs.length)
  if (reply[0] !== 'committed') await discard(session, names)
  check(reply, commit)
  // It has taken effect, whatever becomes of this.
  await applyCommit(session, runId).catch(() => {})
}

async function publish(session: RedisSession, commit: Commit, staged: number): Promise<CommitReply> {
  const { token, runId, expectedVersion, changes, jobs } = commit
  const { status = '', attempt = '', counts } = changes
  const fields = [status, attempt, counts === undefined ? '' : JSON.stringify(counts)]
  const inline = staged > 0 ? [] : jobs.flat()
  for (;;) {
    const args = [runId, expectedVersion, token, ...fields, staged, ...inline]
    const reply = await session.run(COMMIT_RUN, [session.keys.prefix], args)
    if (reply[0] !== 'unapplied') return reply
    await applyCommit(session, runId)
  }
}

async function applyCommit(session: RedisSession, runId: string): Promise<void> {
  let token = ''
  let cursor = '0'
  for (;;) {
    const next = await session.run(APPLY_COMMIT, [session.keys.prefix], [runId, token, cursor, JOBS_APPLIED_AT_ONCE])
    if (next === null) return
    ;[token, cursor] = next
  }
}

function check(reply: CommitReply, { runId, expectedVersion, changes }: Commit): void {
  switch (reply[0]) {
    case 'unknown-run':
      throw new RunNotFoundError(runId)
    case 'conflict':
      throw new RunConflictError(runId, expectedVersion)
    case 'lost':
      throw expired(`a commit to run "${runId}"`)
    case 'unknown-job': {
      const index = changes.jobs?.findIndex(({ jobId }) => jobId === reply[1])
      throw new ValidationError(`jobs[${index}].jobId`, `is not of run "${runId}": ${JSON.stringify(reply[1])}`)
    }
  }
}
