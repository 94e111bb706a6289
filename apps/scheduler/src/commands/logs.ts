import { connectTo, type ServerOptions } from '../client/connect.ts'
import { type LogPiece, ServiceClient } from '../client/service-client.ts'
import { EXIT, signalExitCode } from '../exit-code.ts'
import { followLogs } from '../follow/follow-logs.ts'
import { listenForInterruptions } from '../interruptions.ts'
import { OutputRoom } from '../output-room.ts'
import { jsonLog, type LogFormat, PrefixedLog, rawLog } from '../view/log-format.ts'

/** The options of `sluice logs`. */
export interface LogsOptions extends ServerOptions {
  readonly follow?: boolean
  readonly json?: boolean
}

/** Prints the log of a job as it is, or those of all jobs of a run with the job before each line. */
export async function logsCommand(runId: string, jobId: string | undefined, options: LogsOptions): Promise<number> {
  const client = new ServiceClient(await connectTo(options))
  using interruptions = listenForInterruptions()
  const { signal } = interruptions
  const room = new OutputRoom(process.stdout, signal)
  const format: LogFormat = options.json ? jsonLog : jobId === undefined ? new PrefixedLog() : rawLog
  const print = async (ofJob: string, piece: LogPiece) => {
    if (signal.aborted) return
    process.stdout.write(format.piece(ofJob, piece))
    await room.whenReady()
  }
  const source = { client, runId, signal, onPiece: print, onWarning: warn }
  if (jobId !== undefined) await printJob(source, jobId, options.follow)
  else if (options.follow) await followLogs(source)
  else await printRun(source)
  process.stdout.write(format.end())
  return signal.aborted ? signalExitCode(signal.reason) : EXIT.succeeded
}

type Source = Parameters<typeof followLogs>[0]

async function printJob({ client, runId, signal, onPiece }: Source, jobId: string, follow = false): Promise<void> {
  const address = { runId, jobId }
  const onInterrupted = (error: Error) => warn(`${error.message}; trying again`)
  const pieces = follow ? client.followLog(address, { signal, onInterrupted }) : client.readLog(address)
  for await (const piece of pieces) {
    if (signal.aborted) return
    await onPiece(jobId, piece)
  }
}

async function printRun(source: Source): Promise<void> {
  for await (const { jobId, attempt } of source.client.listRunJobs(source.runId)) {
    if (source.signal.aborted) return
    // A job that was never claimed has printed nothing.
    if (attempt !== undefined) await printJob(source, jobId)
  }
}

function warn(message: string): void {
  process.stderr.write(`sluice: ${message}\n`)
}
