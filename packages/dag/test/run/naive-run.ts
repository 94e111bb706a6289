import type { RunJob, RunJobReason, RunStatus } from '@sluice/core'
import type { Workflow, WorkflowJob } from '../../src/workflow.ts'
import type { Verdict } from './random-run.ts'

/** What the tests compare of a job: where it ended, and why. */
export interface NaiveJob {
  readonly state: RunJob['state']
  readonly reason?: RunJobReason
}

/**
 * The rules once more, from scratch and without regard to cost: decides a job from the final records of what it needs.
 *
 * Returns `run` for a job that is to run.
 */
export function naiveDecision(
  workflow: Workflow,
  job: WorkflowJob,
  final: ReadonlyMap<string, NaiveJob>,
): 'run' | RunJobReason {
  const definitions = new Map(workflow.jobs.map((definition) => [definition.id, definition]))
  const tolerated = (id: string) => definitions.get(id)?.continueOnError ?? false
  const recordOf = (id: string) => final.get(id) as NaiveJob
  const brokenByFailure = (id: string): boolean => {
    const { state, reason } = recordOf(id)
    if (state === 'failed') return !tolerated(id)
    if (reason?.kind === 'failFast') return true
    return state === 'skipped' && reason?.kind === 'dependency' && recordOf(reason.because).state === 'failed'
  }
  if (job.condition === 'always') return 'run'
  if (job.condition === 'failure') return job.needs.some(brokenByFailure) ? 'run' : { kind: 'condition' }
  for (const need of job.needs) {
    const { state, reason } = recordOf(need)
    if (state === 'succeeded' || (state === 'failed' && tolerated(need))) continue
    return { kind: 'dependency', because: state === 'skipped' && reason?.kind === 'dependency' ? reason.because : need }
  }
  return 'run'
}

/** Ends a run without commands and without fail-fast: looks at all jobs again and again until nothing changes. */
export function naiveRun(workflow: Workflow, verdicts: ReadonlyMap<string, Verdict>): Map<string, NaiveJob> {
  const final = new Map<string, NaiveJob>()
  for (let before = -1; before !== final.size; ) {
    before = final.size
    for (const job of workflow.jobs) {
      if (final.has(job.id) || !job.needs.every((need) => final.has(need))) continue
      const decision = naiveDecision(workflow, job, final)
      final.set(
        job.id,
        decision === 'run' ? { state: (verdicts.get(job.id) as Verdict).end } : { state: 'skipped', reason: decision },
      )
    }
  }
  return final
}

/** The status of a run from the final records of its jobs. */
export function naiveStatus(workflow: Workflow, jobs: readonly RunJob[]): RunStatus {
  const byId = new Map(jobs.map((job) => [job.jobId, job]))
  if (jobs.some((job) => job.reason?.kind === 'runCancelled')) return 'cancelled'
  if (workflow.jobs.some((job) => byId.get(job.id)?.state === 'failed' && !job.continueOnError)) return 'failed'
  return jobs.some((job) => job.state === 'cancelled') ? 'cancelled' : 'succeeded'
}
