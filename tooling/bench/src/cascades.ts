import { DependencyEnqueuer, type Workflow, type WorkflowJob } from '@sluice/dag'
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
  const layer = (level: number) => Array.from({ length: width }, (_, index) => `job-${level}-${index}`)
  const jobs = Array.from({ length: depth }, (_, level) => {
    const needs = level === 0 ? [] : layer(level - 1)
    return layer(level).map((id) => noOp(id, needs))
  })
  return { name: 'layers', failFast: false, jobs: jobs.flat() }
}

function fanOut(width: number): Workflow {
  const leaves = Array.from({ length: width }, (_, index) => noOp(`leaf-${index}`, ['root']))
  return { name: 'fan-out', failFast: false, jobs: [noOp('root', []), ...leaves] }
}

function fanIn(width: number): Workflow {
  const leaves = Array.from({ length: width }, (_, index) => noOp(`leaf-${index}`, []))
  return {
    name: 'fan-in',
    failFast: false,
    jobs: [
      ...leaves,
      noOp(
        'sink',
        leaves.map(({ id }) => id),
      ),
    ],
  }
}

function noOp(id: string, needs: readonly string[]): WorkflowJob {
  return {
    id,
    name: id,
    needs,
    command: 'true',
    labels: [],
    priority: 0,
    retryPolicy: { maxRetries: 0, backoff: { kind: 'none' } },
    condition: 'success',
    continueOnError: false,
  }
}
