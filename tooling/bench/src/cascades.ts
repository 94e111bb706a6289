import { DependencyEnqueuer, defineWorkflow, type Workflow } from '@sluice/dag'
import { createMemoryBackend } from '@sluice/queue-memory'
import type { Benchmark } from './benchmark.ts'
import { startClaimers } from './claimers.ts'

/** What the enqueuer and the queue cost a job, workers that do nothing included. */
export const cascades: readonly Benchmark[] = [
  {
    name: 'layers',
    title: 'Enqueuer on memory: layers 10 wide, each job needs the whole layer before it',
    unit: 'µs / job',
    baseline: '10 × 10 (100 jobs)',
    cases: [
      // A run of 100 jobs is too short to time alone.
      { label: '10 × 10 (100 jobs)', run: () => timePerJob(layers(10, 10), 20) },
      { label: '10 × 1,000 (10,000 jobs)', target: '< 60 µs, ratio < 1.5', run: () => timePerJob(layers(10, 1000)) },
    ],
  },
  {
    name: 'fans',
    title: 'Enqueuer on memory: fan-out from one job, and fan-in to one',
    unit: 'µs / job',
    baseline: 'fan-out of 2,000',
    cases: [
      { label: 'fan-out of 2,000', run: () => timePerJob(fanOut(2000), 5) },
      { label: 'fan-out of 50,000', run: () => timePerJob(fanOut(50_000)) },
      { label: 'fan-in of 2,000', run: () => timePerJob(fanIn(2000), 5) },
      { label: 'fan-in of 50,000', run: () => timePerJob(fanIn(50_000)) },
    ],
  },
]

async function timePerJob(workflow: Workflow, runs = 1): Promise<number> {
  const backend = createMemoryBackend()
  const enqueuer = new DependencyEnqueuer({ backend })
  await enqueuer.start()
  const claimers = startClaimers(backend.queue, 10)
  const startedAt = performance.now()
  for (let run = 0; run < runs; run++) {
    const { runId } = await enqueuer.startRun(workflow)
    const { status } = await enqueuer.waitForRun(runId)
    if (status !== 'succeeded') throw new Error(`the run ended as ${status}`)
  }
  const elapsedUs = (performance.now() - startedAt) * 1000
  await claimers.stop()
  await enqueuer.close()
  await backend.close()
  return elapsedUs / (workflow.jobs.length * runs)
}

function layers(width: number, depth: number): Workflow {
  const workflow = defineWorkflow({ name: 'layers' })
  const layer = (level: number) => Array.from({ length: width }, (_, index) => `job-${level}-${index}`)
  for (let level = 0; level < depth; level++) {
    const needs = level === 0 ? [] : layer(level - 1)
    for (const id of layer(level)) workflow.addJob(id, { needs, run: 'true' })
  }
  return workflow.build()
}

function fanOut(width: number): Workflow {
  const workflow = defineWorkflow({ name: 'fan-out' }).addJob('root', { run: 'true' })
  for (const id of leaves(width)) workflow.addJob(id, { needs: ['root'], run: 'true' })
  return workflow.build()
}

function fanIn(width: number): Workflow {
  const workflow = defineWorkflow({ name: 'fan-in' })
  for (const id of leaves(width)) workflow.addJob(id, { run: 'true' })
  return workflow.addJob('sink', { needs: leaves(width), run: 'true' }).build()
}

function leaves(width: number): string[] {
  return Array.from({ length: width }, (_, index) => `leaf-${index}`)
}
