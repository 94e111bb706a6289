import { parseJob } from '@sluice/core'
import type { LabelIndex } from '../src/label-index.ts'
import { StoredJob } from '../src/stored-job.ts'
import { StoredWorkflow } from '../src/stored-workflow.ts'

const workflow = new StoredWorkflow<StoredJob>('run')
let serial = 0

/** Makes a job of an index, without putting it in. */
export function createJob(index: LabelIndex, requiredLabels: readonly string[] = [], priority = 0): StoredJob {
  const job = parseJob({ workflowId: 'run', jobId: `job-${serial}`, command: 'make', requiredLabels, priority })
  return new StoredJob(job, workflow, index.setFor(job.requiredLabels), serial++, 0)
}
