import { formatExplanation } from '@sluice/dag'
import { connectTo, type ServerOptions } from '../client/connect.ts'
import { ServiceClient } from '../client/service-client.ts'
import { EXIT } from '../exit-code.ts'
import { span } from '../view/line.ts'
import { printJson, printLines } from '../view/print.ts'

/** The options of `sluice why`. */
export interface WhyOptions extends ServerOptions {
  readonly json?: boolean
}

/** Tells why a job does not run, or what became of it. */
export async function whyCommand(runId: string, jobId: string, options: WhyOptions): Promise<number> {
  const client = new ServiceClient(await connectTo(options))
  const explanation = await client.explain(runId, jobId)
  if (options.json) printJson(explanation)
  else printLines([[span(formatExplanation(explanation))]])
  return EXIT.succeeded
}
