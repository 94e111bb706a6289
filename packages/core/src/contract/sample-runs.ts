import assert from 'node:assert/strict'
import { type NewRun, RUN_JOB_STATES, type RunJob, type RunJobCounts, type WorkflowStore } from '../workflow-store.ts'

/** A run of the named jobs, all of them blocked. */
export function run(runId: string, jobIds: readonly string[] = ['build', 'test']): NewRun {
  return {
    runId,
    name: `workflow of ${runId}`,
    definition: { jobs: Object.fromEntries(jobIds.map((jobId) => [jobId, { run: 'make' }])) },
    counts: counts({ blocked: jobIds.length }),
    jobs: jobIds.map((jobId) => runJob(jobId)),
  }
}

/** A blocked job in the run's first attempt, but for what is given. */
export function runJob(jobId: string, fields: Partial<RunJob> = {}): RunJob {
  return { jobId, state: 'blocked', runAttempt: 1, ...fields }
}

export function counts(some: Partial<RunJobCounts>): RunJobCounts {
  return { ...(Object.fromEntries(RUN_JOB_STATES.map((state) => [state, 0])) as RunJobCounts), ...some }
}

/** Loads a run that must be there. */
export async function load(workflows: WorkflowStore, runId: string) {
  const loaded = await workflows.loadRun(runId)
  assert.ok(loaded, `run ${runId} is not there`)
  return loaded
}
