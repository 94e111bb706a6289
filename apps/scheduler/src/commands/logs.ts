import { connectTo, type ServerOptions } from '../client/connect.ts'
import { type LogPiece, ServiceClient } from '../client/service-client.ts'
import { EXIT, signalExitCode } from '../exit-code.ts'
import { followLogs } from '../follow/follow-logs.ts'
import { listenForInterruptions } from '../interruptions.ts'
import { OutputRoom } from '../output-room.ts'
import { LineSplitter } from '../run/line-splitter.ts'

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
  const format = options.json ? jsonFormat : jobId === undefined ? prefixedFormat() : plainFormat
  const print = async (ofJob: string, piece: LogPiece) => {
    process.stdout.write(format(ofJob, piece))
    await room.whenReady()
  }
  if (jobId === undefined) await printRun(client, runId, { ...options, signal, print })
  else {
    const address = { runId, jobId }
    const pieces = options.follow ? client.followLog(address, { signal, onInterrupted }) : client.readLog(address)
    for await (const piece of pieces) {
      if (signal.aborted) break
      await print(jobId, piece)
    }
  }
  return signal.aborted ? signalExitCode(signal.reason) : EXIT.succeeded
}

type Print = (jobId: string, piece: LogPiece) => Promise<void>

async function printRun(
  client: ServiceClient,
  runId: string,
  { follow, signal, print }: { readonly follow?: boolean; readonly signal: AbortSignal; readonly print: Print },
): Promise<void> {
  if (follow) return followLogs({ client, runId, signal, onPiece: print, onWarning: warn })
  for await (const { jobId, attempt } of client.listRunJobs(runId)) {
    // A job that was never claimed has printed nothing.
    if (attempt === undefined) continue
    for await (const piece of client.readLog({ runId, jobId })) {
      if (signal.aborted) return
      await print(jobId, piece)
    }
  }
}

const plainFormat = (_jobId: string, { text }: LogPiece) => text

const jsonFormat = (jobId: string, piece: LogPiece) => `${JSON.stringify({ jobId, ...piece })}\n`

/** Puts the job before each line; a line that comes in pieces waits for its end. */
function prefixedFormat(): (jobId: string, piece: LogPiece) => string {
  const splitters = new Map<string, LineSplitter>()
  return (jobId, { text, stream, attempt }) => {
    const key = `${jobId}\n${stream}\n${attempt}`
    const splitter = splitters.get(key) ?? new LineSplitter()
    splitters.set(key, splitter)
    return splitter
      .push(text)
      .map((line) => `${jobId} | ${line}\n`)
      .join('')
  }
}

function onInterrupted(error: Error): void {
  warn(`${error.message}; trying again`)
}

function warn(message: string): void {
  process.stderr.write(`sluice: ${message}\n`)
}
