import type { RunSummary } from '@sluice/core'
import { connectTo, type ServerOptions } from '../client/connect.ts'
import { ServiceClient } from '../client/service-client.ts'
import { EXIT } from '../exit-code.ts'
import { printJson, printLines } from '../view/print.ts'
import { runJobLine, runSections, runSummaryLines } from '../view/run-standing.ts'

/** The options of `sluice status`. */
export interface StatusOptions extends ServerOptions {
  readonly all?: boolean
  readonly json?: boolean
}

/** Tells how a run stands. */
export async function statusCommand(runId: string, options: StatusOptions): Promise<number> {
  const client = new ServiceClient(await connectTo(options))
  const run = await client.getRun(runId)
  if (options.json) printJson({ run, jobs: await client.allRunJobs(runId) })
  else if (options.all) await printAll(client, run)
  else await printSections(client, run)
  return EXIT.succeeded
}

async function printAll(client: ServiceClient, run: RunSummary): Promise<void> {
  const now = Date.now()
  printLines([...runSummaryLines(run), []])
  for await (const job of client.listRunJobs(run.runId)) printLines([runJobLine(job, now)])
}

async function printSections(client: ServiceClient, run: RunSummary): Promise<void> {
  // What has succeeded or waits is told by its number; only what runs or went wrong is worth a line.
  const jobs = await client.allRunJobs(run.runId, ['running', 'failed', 'skipped', 'cancelled'])
  printLines([...runSummaryLines(run), ...runSections(jobs, Date.now())])
}
