import type { RunStatus, RunSummary } from '@sluice/core'
import { connectTo, type ServerOptions } from '../client/connect.ts'
import { ServiceClient } from '../client/service-client.ts'
import { formatDuration } from '../duration-format.ts'
import { EXIT } from '../exit-code.ts'
import { type Span, span } from '../view/line.ts'
import { printJson, printLines } from '../view/print.ts'
import { countsText, runStatusSpan } from '../view/run-lines.ts'
import { tableLines } from '../view/table.ts'
import { formatMoment } from '../view/words.ts'

/** The options of `sluice runs`. */
export interface RunsOptions extends ServerOptions {
  readonly status?: readonly RunStatus[]
  readonly limit: number
  readonly json?: boolean
}

const HEADINGS = ['RUN', 'WORKFLOW', 'STATUS', 'STARTED', 'TOOK', 'JOBS']

/** Lists the runs of a server, newest first. */
export async function runsCommand(options: RunsOptions): Promise<number> {
  const client = new ServiceClient(await connectTo(options))
  const runs = await client.listRuns(options.limit, options.status)
  if (options.json) printJson({ runs })
  else if (runs.length === 0) printLines([[span('no runs', 'dim')]])
  else printLines(tableLines(HEADINGS, runs.map(cellsOf)))
  return EXIT.succeeded
}

function cellsOf(run: RunSummary): Span[] {
  const { runId, name, createdAt, finishedAt, counts } = run
  const took = finishedAt === undefined ? '' : formatDuration(finishedAt - createdAt)
  return [
    span(runId),
    span(name),
    runStatusSpan(run.status),
    span(formatMoment(createdAt)),
    span(took),
    span(countsText(counts), 'dim'),
  ]
}
