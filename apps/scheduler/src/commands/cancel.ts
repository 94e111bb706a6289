import { isFinalRunJobState, isFinalRunStatus } from '@sluice/core'
import { connectTo, type ServerOptions } from '../client/connect.ts'
import { ServiceClient } from '../client/service-client.ts'
import { EXIT } from '../exit-code.ts'
import { span } from '../view/line.ts'
import { printJson, printLines } from '../view/print.ts'

/** The options of `sluice cancel`. */
export interface CancelOptions extends ServerOptions {
  readonly json?: boolean
}

/** Cancels a run, or one job of it. What has ended stays as it is, and the message says so. */
export async function cancelCommand(runId: string, jobId: string | undefined, options: CancelOptions): Promise<number> {
  const client = new ServiceClient(await connectTo(options))
  if (jobId === undefined) {
    const run = await client.cancelRun(runId)
    if (options.json) printJson(run)
    else tell(`run ${runId}`, run.status, isFinalRunStatus(run.status))
  } else {
    const job = await client.cancelJob(runId, jobId)
    if (options.json) printJson(job)
    else tell(`job ${jobId}`, job.state, isFinalRunJobState(job.state))
  }
  return EXIT.succeeded
}

function tell(what: string, state: string, hasEnded: boolean): void {
  if (state === 'cancelled') printLines([[span(`${what} is cancelled`)]])
  else if (hasEnded) printLines([[span(`${what} had ${state} before, and stays so`)]])
  else printLines([[span(`${what} is being cancelled; its worker stops it`)]])
}
