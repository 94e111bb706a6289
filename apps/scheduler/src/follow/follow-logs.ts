import { isFinalRunJobState } from '@sluice/core'
import { LogReaders, type LogReadersOptions } from './log-readers.ts'

/** Tells what all jobs of a run print, until the run has ended. */
export async function followLogs(options: LogReadersOptions): Promise<void> {
  const { client, runId, signal, onWarning } = options
  const logs = new LogReaders(options)
  const onInterrupted = ({ message }: Error) => onWarning(`${message}; trying again`)
  for await (const message of client.watchRun(runId, { signal, onInterrupted })) {
    if (message.type !== 'jobs') continue
    for (const { jobId, state, attempt } of message.jobs) {
      // A job that was never claimed has printed nothing.
      if (attempt !== undefined && state !== 'queued') void logs.read(jobId, isFinalRunJobState(state))
    }
  }
  await logs.whenRead()
}
