import type { WorkerRecord } from '@sluice/core'
import { connectTo, type ServerOptions } from '../client/connect.ts'
import { ServiceClient } from '../client/service-client.ts'
import { EXIT } from '../exit-code.ts'
import { type Span, span } from '../view/line.ts'
import { printJson, printLines } from '../view/print.ts'
import { tableLines } from '../view/table.ts'
import { formatMoment } from '../view/words.ts'

/** The options of `sluice workers`. */
export interface WorkersOptions extends ServerOptions {
  readonly json?: boolean
}

const HEADINGS = ['WORKER', 'STATE', 'JOBS', 'LABELS', 'LAST HEARD']

/** Lists the workers of a server. */
export async function workersCommand(options: WorkersOptions): Promise<number> {
  const client = new ServiceClient(await connectTo(options))
  const workers = await client.listWorkers()
  if (options.json) printJson({ workers })
  else if (workers.length === 0) printLines([[span('no workers; sluice worker starts one', 'dim')]])
  else printLines(tableLines(HEADINGS, workers.map(cellsOf)))
  return EXIT.succeeded
}

function cellsOf({ workerId, online, running, concurrency, labels, lastSeenAt }: WorkerRecord): Span[] {
  return [
    span(workerId),
    online ? span('online', 'green') : span('offline', 'yellow'),
    span(`${running.length}/${concurrency}`),
    span(labels.join(',')),
    span(formatMoment(lastSeenAt), 'dim'),
  ]
}
