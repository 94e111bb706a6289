import { createMemoryBackend } from '@sluice/queue-memory'
import { createWorker } from '@sluice/worker'
import type { Benchmark } from './benchmark.ts'

const JOBS = 20_000

/** What a worker adds to a job: claim, a handler that does nothing, settlement, events. */
export const workerOverhead: Benchmark = {
  name: 'worker',
  title: 'Worker on memory: jobs whose handler does nothing',
  unit: 'µs / job',
  rounds: 3,
  cases: [10, 50].map((concurrency) => ({ label: `concurrency ${concurrency}`, run: () => timePerJob(concurrency) })),
}

async function timePerJob(concurrency: number): Promise<number> {
  const backend = createMemoryBackend()
  const jobs = Array.from({ length: JOBS }, (_, index) => ({
    workflowId: 'run',
    jobId: `job-${index}`,
    command: 'nothing',
  }))
  await backend.queue.enqueueMany(jobs)
  let left = JOBS
  const { promise: drained, resolve } = Promise.withResolvers<void>()
  const worker = createWorker({
    backend,
    labels: [],
    concurrency,
    handlers: {
      nothing() {
        if (--left === 0) resolve()
      },
    },
  })
  const startedAt = performance.now()
  await worker.start()
  await drained
  const elapsedUs = (performance.now() - startedAt) * 1000
  await worker.stop()
  await backend.close()
  return elapsedUs / JOBS
}
