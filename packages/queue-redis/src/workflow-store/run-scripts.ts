import { Script } from '../connection/script.ts'
import applyCommit from './apply-commit.lua'
import changedJobs from './changed-jobs.lua'
import claimScheduling from './claim-scheduling.lua'
import commitRun from './commit-run.lua'
import createRun from './create-run.lua'
import deleteRuns from './delete-runs.lua'
import getRun from './get-run.lua'
import listRunJobs from './list-run-jobs.lua'
import listRuns from './list-runs.lua'
import loadRun from './load-run.lua'
import releaseScheduling from './release-scheduling.lua'
import runs from './runs.lua'
import stageCommit from './stage-commit.lua'
import stageRun from './stage-run.lua'
import type { RunFields, SummaryFields } from './stored-run.ts'

export type CommitReply =
  | readonly ['committed' | 'staged' | 'unknown-run' | 'conflict' | 'lost' | 'unapplied']
  | readonly ['unknown-job', jobId: string]

export const CREATE_RUN = onRuns<'created' | 'duplicate' | 'lost'>('create-run', createRun)
export const STAGE_RUN = onRuns<'staged' | 'duplicate' | 'lost'>('stage-run', stageRun)
export const COMMIT_RUN = onRuns<CommitReply>('commit-run', commitRun)
export const STAGE_COMMIT = onRuns<CommitReply>('stage-commit', stageCommit)
export const APPLY_COMMIT = onRuns<readonly [token: string, cursor: string] | null>('apply-commit', applyCommit)
export const GET_RUN = onRuns<RunFields | null>('get-run', getRun)
export const LOAD_RUN = onRuns<
  readonly [token: string, jobCount: number, version: number, jobs: readonly string[], run?: RunFields] | null
>('load-run', loadRun)
export const CHANGED_JOBS = onRuns<readonly [run: RunFields, jobs: readonly string[]] | 'other' | 'many'>(
  'changed-jobs',
  changedJobs,
)
export const LIST_RUN_JOBS = onRuns<readonly [next: number, found: readonly (number | string)[]] | null>(
  'list-run-jobs',
  listRunJobs,
)
export const LIST_RUNS = onRuns<readonly (readonly [number: string, runId: string, ...SummaryFields])[]>(
  'list-runs',
  listRuns,
)
export const DELETE_RUNS = onRuns<number>('delete-runs', deleteRuns)
export const CLAIM_SCHEDULING = new Script<readonly [term: number, expiresAt: number] | null>(
  'claim-scheduling',
  claimScheduling,
)
export const RELEASE_SCHEDULING = new Script<null>('release-scheduling', releaseScheduling)

function onRuns<Reply>(name: string, text: string): Script<Reply> {
  return new Script(name, `${runs}\n${text}`)
}
