import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DependencyEnqueuer, importWfFormat, type Workflow } from '@sluice/dag'
import { createMemoryBackend } from '@sluice/queue-memory'
import { createWorker } from '@sluice/worker'
import type { Benchmark, BenchmarkCase } from './benchmark.ts'
import { listScheduleMs } from './list-schedule.ts'

const WORKERS = 10

/** What a run takes beyond plain list scheduling of the same jobs, for every recorded workflow in the folder `SLUICE_DAGS`. */
export async function recordedWorkflows(): Promise<Benchmark[]> {
  const folder = process.env.SLUICE_DAGS
  if (!folder) {
    process.stderr.write('SLUICE_DAGS is not set: the recorded workflows are left out.\n')
    return []
  }
  const { instances } = JSON.parse(await readFile(join(folder, 'bounds.json'), 'utf8')) as Bounds
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json') && file !== 'bounds.json')
  const cases = await Promise.all(files.map((file) => caseOf(join(folder, file), instances[file.replace('.json', '')])))
  return [
    {
      name: 'recorded',
      title: `Recorded workflows on memory, ${WORKERS} workers: makespan over that of first-in-first-out list scheduling`,
      unit: '× FIFO',
      rounds: 1,
      cases,
    },
  ]
}

interface Bounds {
  readonly instances: Readonly<Record<string, { readonly suggestedDivisor: number }>>
}

async function caseOf(path: string, bounds: Bounds['instances'][string] | undefined): Promise<BenchmarkCase> {
  if (!bounds) throw new Error(`bounds.json has nothing on ${path}`)
  const divisor = bounds.suggestedDivisor
  const workflow = importWfFormat(await readFile(path, 'utf8'), { divisor, handler: 'sleep' })
  const fifoMs = listScheduleMs(workflow, WORKERS, runtimeMs)
  return {
    label: `${workflow.name}: ${workflow.jobs.length} jobs, FIFO ${Math.round(fifoMs)} ms`,
    target: '< 1.05 + spread',
    run: async () => (await makespanMs(workflow)) / fifoMs,
  }
}

async function makespanMs(workflow: Workflow): Promise<number> {
  const backend = createMemoryBackend()
  const enqueuer = new DependencyEnqueuer({ backend })
  const worker = createWorker({
    backend,
    labels: [],
    concurrency: WORKERS,
    handlers: {
      async sleep({ payload }) {
        await sleep((payload as { ms: number }).ms)
      },
    },
  })
  await enqueuer.start()
  await worker.start()
  const startedAt = performance.now()
  const { runId } = await enqueuer.startRun(workflow)
  const { status } = await enqueuer.waitForRun(runId)
  const elapsedMs = performance.now() - startedAt
  await worker.stop()
  await enqueuer.close()
  await backend.close()
  if (status !== 'succeeded') throw new Error(`${workflow.name} ended as ${status}`)
  return elapsedMs
}

function runtimeMs({ payload }: Workflow['jobs'][number]): number {
  return (payload as { ms: number }).ms
}
