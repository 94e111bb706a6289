import { connectTo, type ServerOptions } from '../client/connect.ts'
import { ServiceClient } from '../client/service-client.ts'
import { EXIT } from '../exit-code.ts'
import { followToEnd } from '../follow/follow-to-end.ts'
import { readSource } from '../source-file.ts'
import { span } from '../view/line.ts'
import { printJson, printLines } from '../view/print.ts'
import { countRunJobs } from '../view/run-lines.ts'
import { countOf } from '../view/words.ts'
import { withProblemsOf } from './workflow-problems.ts'

/** The options of `sluice submit`. */
export interface SubmitOptions extends ServerOptions {
  readonly input?: Readonly<Record<string, string>>
  readonly runId?: string
  readonly idempotencyKey?: string
  readonly follow?: boolean
  readonly plain?: boolean
  readonly json?: boolean
}

/** Starts a run of a workflow on a server, and follows it if asked to. */
export async function submitCommand(file: string, options: SubmitOptions): Promise<number> {
  const { input = {}, runId, idempotencyKey } = options
  const source = await readSource(file)
  const client = new ServiceClient(await connectTo(options))
  const request = { workflow: source.text, file: source.name, inputs: input, ...(runId === undefined ? {} : { runId }) }
  const run = await withProblemsOf(source.name, client.startRun(request, idempotencyKey))
  if (options.follow) return followToEnd(client, run, options)
  if (options.json) printJson(run)
  else {
    const size = `  ${run.name}, ${countOf(countRunJobs(run), 'job')}, ${run.status}`
    printLines([[span(run.runId, 'bold'), span(size, 'dim')]])
  }
  return EXIT.succeeded
}
