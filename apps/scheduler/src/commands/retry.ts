import { connectTo, type ServerOptions } from '../client/connect.ts'
import { ServiceClient } from '../client/service-client.ts'
import { EXIT } from '../exit-code.ts'
import { span } from '../view/line.ts'
import { printJson, printLines } from '../view/print.ts'
import { countsText } from '../view/run-lines.ts'

/** The options of `sluice retry`. */
export interface RetryCommandOptions extends ServerOptions {
  readonly from?: string
  readonly json?: boolean
}

/** Begins a new attempt of a run that has ended. */
export async function retryCommand(runId: string, { from, ...options }: RetryCommandOptions): Promise<number> {
  const client = new ServiceClient(await connectTo(options))
  const run = await client.retryRun(runId, from === undefined ? {} : { from })
  if (options.json) printJson(run)
  else printLines([[span(`run ${runId} is in attempt ${run.attempt}`), span(`  ${countsText(run.counts)}`, 'dim')]])
  return EXIT.succeeded
}
