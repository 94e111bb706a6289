import type { JobQueue } from '@sluice/core'
import { InMemoryJobQueue } from '@sluice/queue-memory'
import type { Benchmark, BenchmarkCase } from './benchmark.ts'
import { LABEL_TRIPLES, labels } from './sample-labels.ts'

const OPERATIONS = 20_000
const WORKFLOW = 'backlog'

/** Enqueue, claim and complete, one after the other, over backlogs of different sizes. */
export const backlogs: Benchmark = {
  name: 'backlog',
  title: 'Memory queue: enqueue + claim + complete, by jobs waiting',
  unit: 'µs / job',
  baseline: '1,000 waiting',
  cases: [1000, 10_000, 100_000, 1_000_000].map(
    (waiting): BenchmarkCase => ({
      label: `${waiting.toLocaleString('en')} waiting`,
      target: waiting === 1000 ? '< 7 µs' : 'ratio < 2',
      run: () => timePerJob(waiting, () => [], []),
    }),
  ),
}

/** The same over label sets, with jobs that match the worker's and with jobs that do not. */
export const labelSets: Benchmark = {
  name: 'labels',
  title: 'Memory queue: enqueue + claim + complete, 100,000 waiting, by label sets',
  unit: 'µs / job',
  baseline: '1 label set, all match',
  cases: [
    { label: '1 label set, all match', run: () => timePerJob(100_000, () => [], []) },
    { label: '32 label sets, all match', run: () => timePerJob(100_000, (index) => [`l${index % 32}`], labels(32)) },
    {
      label: '1,000 label sets, all match',
      run: () => timePerJob(100_000, (index) => LABEL_TRIPLES[index % LABEL_TRIPLES.length] ?? [], labels(32)),
    },
    {
      label: '1,000 label sets, none matches',
      run: () => timePerJob(100_000, (index) => [`other${index % 1000}`], ['mine']),
    },
  ],
}

/** Heap that a waiting job takes, beyond what its producer holds. */
export const jobMemory: Benchmark = {
  name: 'memory',
  title: 'Memory queue: heap per waiting job without payload',
  unit: 'bytes / job',
  rounds: 3,
  cases: [
    {
      label: '100,000 waiting',
      target: '< 1,024',
      run: async () => {
        if (!globalThis.gc) throw new Error('the memory benchmark needs node --expose-gc')
        globalThis.gc()
        const before = process.memoryUsage().heapUsed
        const queue = new InMemoryJobQueue()
        await fill(queue, 100_000, () => [])
        globalThis.gc()
        const bytes = process.memoryUsage().heapUsed - before
        await queue.close()
        return bytes / 100_000
      },
    },
  ],
}

async function timePerJob(
  waiting: number,
  labelsOf: (index: number) => string[],
  workerLabels: string[],
): Promise<number> {
  const queue = new InMemoryJobQueue()
  await fill(queue, waiting, labelsOf)
  const claim = { workerId: 'bench', labels: workerLabels, leaseTtlMs: 60_000 }
  const own = labelsOf(0).every((label) => workerLabels.includes(label)) ? labelsOf : () => workerLabels
  const startedAt = performance.now()
  for (let index = 0; index < OPERATIONS; index++) {
    await queue.enqueue({ workflowId: 'measured', jobId: `job-${index}`, command: 'true', requiredLabels: own(index) })
    const claimed = await queue.claim(claim)
    if (!claimed) throw new Error('the queue is empty')
    await queue.complete(claimed.lease.leaseId, {})
  }
  const elapsedUs = (performance.now() - startedAt) * 1000
  await queue.close()
  return elapsedUs / OPERATIONS
}

async function fill(queue: JobQueue, waiting: number, labelsOf: (index: number) => string[]): Promise<void> {
  for (let index = 0; index < waiting; index++) {
    await queue.enqueue({
      workflowId: WORKFLOW,
      jobId: `job-${index}`,
      command: 'true',
      requiredLabels: labelsOf(index),
    })
  }
}
