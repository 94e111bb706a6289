import { type NewRun, RUN_JOB_STATES, type RunJob, type RunJobCounts } from '@sluice/core'

/** So many jobs named `job-0`, `job-1` and so on. */
export function sampleJobs(count: number, fields: Partial<RunJob> = {}): RunJob[] {
  return Array.from({ length: count }, (_, index) => ({
    jobId: `job-${index}`,
    state: 'blocked',
    runAttempt: 1,
    ...fields,
  }))
}

/** A run of so many blocked jobs. */
export function sampleRun(runId: string, jobCount: number): NewRun {
  const definition = { jobs: Object.fromEntries(sampleJobs(jobCount).map(({ jobId }) => [jobId, { run: 'make' }])) }
  const counts = Object.fromEntries(RUN_JOB_STATES.map((state) => [state, 0])) as Record<keyof RunJobCounts, number>
  counts.blocked = jobCount
  return { runId, name: `workflow of ${runId}`, definition, counts, jobs: sampleJobs(jobCount) }
}
