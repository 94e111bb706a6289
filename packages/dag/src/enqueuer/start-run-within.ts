import type { Backend, NewRun, RunSummary } from '@sluice/core'
import type { RunState } from '../run/run-state.ts'
import { queueWorkflowId } from './queue-workflow-id.ts'
import { queuedJobs } from './queued-jobs.ts'

/**
 * Stores a run and hands its first jobs to the queue, all in a transaction of the caller. A run of the same id stays as it is.
 *
 * Nothing else is told: the active scheduler hears of the run when a worker starts its first job, or finds it when it next looks.
 *
 * @throws {QueueError} also where the queue refuses a job.
 */
export async function startRunWithin<Transaction>(
  transaction: Transaction,
  { workflows, queue }: Backend<Transaction>,
  run: NewRun,
  state: RunState,
): Promise<RunSummary> {
  const { runId, jobs } = run
  const { status } = await workflows.createRun(run, { transaction })
  if (status === 'created') {
    const queued = jobs.filter((job) => job.state === 'queued').map(({ jobId }) => jobId)
    for (const chunk of queuedJobs(state, queueWorkflowId({ runId, attempt: 1 }), queued)) {
      for (const result of await queue.enqueueMany(chunk, { transaction }))
        if (result.status === 'rejected') throw result.error
    }
  }
  const stored = await workflows.getRun(runId, { transaction })
  if (stored === null) throw new TypeError(`run "${runId}" is not to be seen in the transaction that stored it`)
  const { definition: _, ...summary } = stored
  return summary
}
