import { setTimeout as sleep } from 'node:timers/promises'
import { DependencyEnqueuer, type Workflow } from '@sluice/dag'
import { createMemoryBackend } from '@sluice/queue-memory'
import { createWorker } from '@sluice/worker'
import type { Benchmark } from './benchmark.ts'
import { type RecordedGraph, WORKERS } from './recorded-graphs.ts'

/** What a run takes beyond plain list scheduling of the same jobs, for every recorded workflow. */
export function recordedWorkflows(graphs: readonly RecordedGraph[]): Benchmark {
  return {
    name: 'recorded',
    title: `Recorded workflows on memory, ${WORKERS} workers: makespan over that of first-in-first-out list scheduling`,
    unit: '× FIFO',
    rounds: 1,
    cases: graphs.map(({ workflow, fifoMs, label }) => ({
      label,
      target: '< 1.05 + spread',
      run: async () => (await makespanMs(workflow)) / fifoMs,
    })),
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
