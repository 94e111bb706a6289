import { canonicalLabelSet, isLabelSubset } from '@sluice/core'
import type { Workflow } from '@sluice/dag'

/** A job that no worker can run, and the labels that it lacks. */
export interface UnrunnableJob {
  readonly jobId: string
  readonly missing: readonly string[]
}

/** Finds the jobs that a worker with these labels never gets. */
export function unrunnableJobs(workflow: Workflow, workerLabels: readonly string[]): UnrunnableJob[] {
  const available = canonicalLabelSet(workerLabels)
  const jobs = workflow.jobs.filter(({ labels }) => !isLabelSubset(canonicalLabelSet(labels), available))
  return jobs.map(({ id, labels }) => ({
    jobId: id,
    missing: labels.filter((label) => !available.includes(label)),
  }))
}
