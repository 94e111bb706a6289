import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { importWfFormat, type Workflow } from '@sluice/dag'
import { listScheduleMs } from './list-schedule.ts'

/** Workers of every schedule, measured and planned. */
export const WORKERS = 10

/** The recorded execution of a workflow, its jobs shortened so that all workers need about ten seconds. */
export interface RecordedGraph {
  /** Its jobs name the handler `sleep`, with `{ ms }` as its payload. */
  readonly workflow: Workflow
  /** The makespan of first-in-first-out list scheduling. */
  readonly fifoMs: number
  /** For tables. */
  readonly label: string
}

/** Reads every recorded workflow in the folder `SLUICE_DAGS`; none where that is not set. */
export async function readRecordedGraphs(): Promise<readonly RecordedGraph[]> {
  const folder = process.env.SLUICE_DAGS
  if (!folder) {
    process.stderr.write('SLUICE_DAGS is not set: the recorded workflows are left out.\n')
    return []
  }
  const { instances } = JSON.parse(await readFile(join(folder, 'bounds.json'), 'utf8')) as Bounds
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json') && file !== 'bounds.json')
  return Promise.all(files.map((file) => readGraph(join(folder, file), instances[file.replace('.json', '')])))
}

/** How long a job of a recorded workflow takes, in milliseconds. */
export function runtimeMs({ payload }: Workflow['jobs'][number]): number {
  return (payload as { ms: number }).ms
}

interface Bounds {
  readonly instances: Readonly<Record<string, { readonly suggestedDivisor: number }>>
}

async function readGraph(path: string, bounds: Bounds['instances'][string] | undefined): Promise<RecordedGraph> {
  if (!bounds) throw new Error(`bounds.json has nothing on ${path}`)
  const divisor = bounds.suggestedDivisor
  const workflow = importWfFormat(await readFile(path, 'utf8'), { divisor, handler: 'sleep' })
  const fifoMs = listScheduleMs(workflow, WORKERS, runtimeMs)
  const label = `${workflow.name}: ${workflow.jobs.length} jobs, FIFO ${Math.round(fifoMs)} ms`
  return { workflow, fifoMs, label }
}
