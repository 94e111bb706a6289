import { isFinalRunJobState, isFinalRunStatus, type RunJobState, type RunStatus } from '@sluice/core'
import type { ServiceClient } from '../../src/client/service-client.ts'

/** Watches a run to its end, through servers that come and go, and notes each final state that changed. */
export async function watchFinalStates(
  client: ServiceClient,
  runId: string,
): Promise<{ readonly status: RunStatus; readonly changes: readonly string[] }> {
  const final = new Map<string, RunJobState>()
  const changes: string[] = []
  let status: RunStatus = 'running'
  for await (const message of client.watchRun(runId)) {
    if (message.type === 'run') {
      if (isFinalRunStatus(status)) changes.push(`the run was ${status} and became ${message.run.status}`)
      status = message.run.status
      continue
    }
    for (const { jobId, state } of message.jobs) {
      const before = final.get(jobId)
      if (before !== undefined && before !== state) changes.push(`${jobId} was ${before} and became ${state}`)
      if (isFinalRunJobState(state)) final.set(jobId, state)
    }
  }
  return { status, changes }
}
