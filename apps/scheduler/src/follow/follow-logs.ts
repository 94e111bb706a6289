import type { LogPiece, ServiceClient } from '../client/service-client.ts'
import { LogFollowers } from './log-followers.ts'

/** Whose logs to follow, and who is told. */
export interface FollowLogsOptions {
  readonly client: ServiceClient
  readonly runId: string
  readonly signal: AbortSignal
  readonly onPiece: (jobId: string, piece: LogPiece) => Promise<void>
  readonly onWarning: (message: string) => void
}

/** Tells what all jobs of a run print, until the run has ended. */
export async function followLogs({ client, runId, signal, onPiece, onWarning }: FollowLogsOptions): Promise<void> {
  const logs = new LogFollowers({
    client,
    runId,
    signal,
    onPiece,
    onEnded: () => {},
    onError: (jobId, error) => onWarning(`the log of job "${jobId}" cannot be read: ${error.message}`),
  })
  const onInterrupted = (error: Error) => onWarning(`${error.message}; trying again`)
  for await (const message of client.watchRun(runId, { signal, onInterrupted })) {
    if (message.type === 'jobs') for (const job of message.jobs) logs.update(job)
  }
  await logs.whenIdle()
}
