import type { Backend } from '@sluice/core'
import { DependencyEnqueuer } from '@sluice/dag'
import { createWorker } from '@sluice/worker'
import type { Benchmark, BenchmarkCase } from '../benchmark.ts'
import { inFlight } from '../in-flight.ts'
import { withServer } from './server.ts'
import { openStore, type StoreKind, withStore } from './store.ts'
import { chains } from './synthetic-workflows.ts'
import { timeRun } from './timed-run.ts'
import { type WorkerOrders, withWorkers } from './workers.ts'

const CHAINS = 1000
const LENGTH = 10
const JOBS = CHAINS * LENGTH
const SLOTS = 50
const AT_ONCE = 1000

const QUEUE_ALONE = 'queue alone: enqueue, claim and complete'

/** What a service makes of its queue: each case has one layer more than the one before. */
export const throughput: readonly Benchmark[] = [
  compareLayers('memory', 'Memory'),
  compareLayers('pglite', 'PGlite'),
  compareLayers('postgres', 'PostgreSQL'),
  compareLayers('redis', 'Redis'),
]

function compareLayers(kind: StoreKind, title: string): Benchmark {
  const isShared = kind === 'postgres' || kind === 'redis'
  const cases: BenchmarkCase[] = [
    { label: 'queue alone: claim and complete', run: () => withBackend(kind, timeClaims) },
    { label: QUEUE_ALONE, run: () => withBackend(kind, timeQueue) },
    { label: 'enqueuer and worker, all in one process', run: () => withBackend(kind, timeEnqueuer) },
    ...(isShared ? [onTheStore(kind)] : []),
    { label: 'sluice serve and a worker over HTTP', run: () => timeService(kind, (server) => ({ server })) },
  ]
  return {
    name: `service-${kind}`,
    title: `${title}: ${CHAINS.toLocaleString('en')} chains of ${LENGTH} jobs that do nothing, ${SLOTS} at once`,
    unit: 'jobs / s',
    baseline: QUEUE_ALONE,
    rounds: 3,
    cases,
  }
}

function onTheStore(kind: StoreKind): BenchmarkCase {
  return {
    label: 'sluice serve and a worker on the store',
    target: 'ratio > 0.5',
    run: () => timeService(kind, (_, store) => ({ store })),
  }
}

/** Opens a backend on an empty store in this process, and closes it. */
function withBackend(kind: StoreKind, measure: (backend: Backend) => Promise<number>): Promise<number> {
  return withStore(kind, async (location) => {
    const backend = await openStore(location)
    try {
      return await measure(backend)
    } finally {
      await backend.close()
    }
  })
}

async function timeClaims(backend: Backend): Promise<number> {
  await enqueueAll(backend)
  return jobsPerSecond(await timeOf(() => drain(backend)))
}

async function timeQueue(backend: Backend): Promise<number> {
  const elapsedMs = await timeOf(async () => {
    await enqueueAll(backend)
    await drain(backend)
  })
  return jobsPerSecond(elapsedMs)
}

async function timeEnqueuer(backend: Backend): Promise<number> {
  const enqueuer = new DependencyEnqueuer({ backend })
  const worker = createWorker({ backend, concurrency: SLOTS, handlers: { nothing() {} } })
  try {
    await enqueuer.start()
    worker.start()
    const workflow = chains(CHAINS, LENGTH, 'nothing')
    const elapsedMs = await timeOf(async () => {
      const { runId } = await enqueuer.startRun(workflow)
      const { status } = await enqueuer.waitForRun(runId)
      if (status !== 'succeeded') throw new Error(`the run ended as ${status}`)
    })
    return jobsPerSecond(elapsedMs)
  } finally {
    await worker.stop({ deadlineMs: 0 })
    await enqueuer.close()
  }
}

/** Measures a server and a worker, each in a process of its own. */
function timeService(
  kind: StoreKind,
  whereOf: (server: string, store: string) => WorkerOrders['where'],
): Promise<number> {
  const workflow = chains(CHAINS, LENGTH, 'nothing')
  return withStore(kind, (store) =>
    withServer(store, (server) =>
      withWorkers({ where: whereOf(server, store), concurrency: SLOTS, processes: 1 }, async () =>
        jobsPerSecond(await timeRun(server, workflow)),
      ),
    ),
  )
}

async function enqueueAll({ queue }: Backend): Promise<void> {
  await inFlight(JOBS / AT_ONCE, 1, async (batch) => {
    const jobs = Array.from({ length: AT_ONCE }, (_, index) => {
      return { workflowId: 'run', jobId: `job-${batch}-${index}`, command: 'nothing' }
    })
    await queue.enqueueMany(jobs)
  })
}

async function drain({ queue }: Backend): Promise<void> {
  const claim = { workerId: 'bench', labels: [], leaseTtlMs: 60_000 }
  await inFlight(JOBS, SLOTS, async () => {
    const claimed = await queue.claim(claim)
    if (claimed === null) throw new Error('the queue is empty')
    await queue.complete(claimed.lease.leaseId, {})
  })
}

async function timeOf(act: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await act()
  return performance.now() - startedAt
}

function jobsPerSecond(elapsedMs: number): number {
  return JOBS / (elapsedMs / 1000)
}
