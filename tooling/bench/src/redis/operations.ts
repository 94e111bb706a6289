import { RedisJobQueue } from '@sluice/queue-redis'
import { Worker } from 'bullmq'
import type { Benchmark } from '../benchmark.ts'
import { inFlight, microsecondsPer } from '../in-flight.ts'
import { LABEL_TRIPLES } from '../sample-labels.ts'
import { type BenchRedis, benchRedis } from './bench-redis.ts'
import { type OpenQueue, openBullMq, openSluice, type QueueUnderTest, sluice, withQueue } from './queue-under-test.ts'

const JOBS = 5000
const SEQUENTIAL_JOBS = 2000
const LARGE_BACKLOG = 1_000_000

const BULLMQ = 'BullMQ'
const SLUICE = 'Sluice'

export const enqueueing = comparison({
  name: 'redis-enqueue',
  title: 'Redis: enqueue, 50 calls at once',
  target: 'ratio < 1.33',
  run: (queue) => microsecondsPer(JOBS, 50, (index) => queue.enqueue(`job-${index}`)),
})

export const claiming = comparison({
  name: 'redis-claim',
  title: 'Redis: claim + complete, one after the other',
  target: 'ratio < 1.18',
  async run(queue) {
    await inFlight(SEQUENTIAL_JOBS, 50, (index) => queue.enqueue(`job-${index}`))
    return microsecondsPer(SEQUENTIAL_JOBS, 1, () => queue.claimAndComplete())
  },
})

const claimingAtOnceByHand = comparison({
  name: 'redis-claim-50',
  title: 'Redis: claim + complete, 50 at once',
  target: 'ratio < 1.25',
  async run(queue) {
    await inFlight(JOBS, 50, (index) => queue.enqueue(`job-${index}`))
    return microsecondsPer(JOBS, 50, () => queue.claimAndComplete())
  },
})

export const claimingAtOnce: Benchmark = {
  ...claimingAtOnceByHand,
  cases: [
    ...claimingAtOnceByHand.cases,
    { label: "BullMQ's Worker", run: () => withQueue(openBullMq, runBullMqWorker) },
  ],
}

/** What the one thread of the server takes, which is the limit in the end. Other work of the machine does not count. */
export const serverTime = comparison({
  name: 'redis-server',
  title: 'Redis: processor time of the server for enqueue + claim + complete, 50 at once',
  async run(queue, redis) {
    const before = await processorMicroseconds(redis)
    await inFlight(JOBS, 50, (index) => queue.enqueue(`job-${index}`))
    await inFlight(JOBS, 50, () => queue.claimAndComplete())
    return ((await processorMicroseconds(redis)) - before) / JOBS
  },
})

/** What the scripts take, as the server tells, of each operation. */
export const scriptTime: Benchmark = {
  name: 'redis-scripts',
  title: 'Redis: time in scripts, 50 calls at once',
  unit: 'µs / job',
  cases: [
    { label: 'enqueue: BullMQ', run: () => withQueue(openBullMq, timeOfEnqueue) },
    { label: 'enqueue: Sluice', run: () => withQueue(openSluice, timeOfEnqueue) },
    { label: 'claim + complete: BullMQ', run: () => withQueue(openBullMq, timeOfClaims) },
    { label: 'claim + complete: Sluice', run: () => withQueue(openSluice, timeOfClaims) },
  ],
}

export const memory = comparison({
  name: 'redis-memory',
  title: 'Redis: memory of a waiting job with 200 bytes of payload',
  unit: 'bytes / job',
  async run(queue, redis) {
    // What opens with the first calls is no part of the jobs.
    await inFlight(100, 50, (index) => queue.enqueue(`early-${index}`))
    const before = await usedMemory(redis)
    await inFlight(20_000, 50, (index) => queue.enqueue(`job-${index}`))
    return ((await usedMemory(redis)) - before) / 20_000
  },
})

export const labelSets: Benchmark = {
  name: 'redis-labels',
  title: 'Redis: claim + complete, one after the other, by label sets that have jobs',
  unit: 'µs / job',
  baseline: '1 label set',
  cases: [1, 1000].map((count) => ({
    label: `${count.toLocaleString('en')} label set${count > 1 ? 's' : ''}`,
    ...(count > 1 ? { target: 'ratio < 2' } : {}),
    run: () =>
      withQueue(openWithLabelSets(count), async (queue) => {
        await inFlight(SEQUENTIAL_JOBS * 2, 50, (index) => queue.enqueue(`job-${index}`))
        return microsecondsPer(SEQUENTIAL_JOBS, 1, () => queue.claimAndComplete())
      }),
  })),
}

export const backlogs: Benchmark = {
  name: 'redis-backlog',
  title: 'Redis: enqueue + claim + complete, one after the other, by jobs waiting',
  unit: 'µs / job',
  baseline: '1,000 waiting',
  rounds: 3,
  cases: [1000, LARGE_BACKLOG].map((waiting) => ({
    label: `${waiting.toLocaleString('en')} waiting`,
    ...(waiting === LARGE_BACKLOG ? { target: 'ratio < 1.5' } : {}),
    run: () => overBacklog(waiting),
  })),
}

interface Comparison {
  readonly name: string
  readonly title: string
  readonly unit?: string
  readonly target?: string
  run(queue: QueueUnderTest, redis: BenchRedis): Promise<number>
}

/** The same by BullMQ alone and by our queue. */
function comparison({ name, title, unit = 'µs / job', target, run }: Comparison): Benchmark {
  return {
    name,
    title,
    unit,
    baseline: BULLMQ,
    cases: [
      { label: BULLMQ, run: () => withQueue(openBullMq, run) },
      { label: SLUICE, ...(target === undefined ? {} : { target }), run: () => withQueue(openSluice, run) },
    ],
  }
}

function openWithLabelSets(count: number): OpenQueue {
  const sets = count === 1 ? [[]] : LABEL_TRIPLES.slice(0, count)
  return async (url) => sluice(await RedisJobQueue.open({ url, warn: () => {} }), sets)
}

async function runBullMqWorker(queue: QueueUnderTest, { url }: BenchRedis): Promise<number> {
  await inFlight(JOBS, 50, (index) => queue.enqueue(`job-${index}`))
  const { promise, resolve } = Promise.withResolvers<void>()
  let done = 0
  const startedAt = performance.now()
  const options = { connection: { url }, prefix: '{bench}', concurrency: 50 }
  const worker = new Worker('bench', async () => ({}), options)
  worker.on('completed', () => {
    if (++done === JOBS) resolve()
  })
  await promise
  const elapsedUs = (performance.now() - startedAt) * 1000
  await worker.close()
  return elapsedUs / JOBS
}

/** Namespaces that are filled once: it takes long. */
const filled = new Map<number, Promise<void>>()
let measured = 0

async function overBacklog(waiting: number): Promise<number> {
  const { lastingUrl } = await benchRedis()
  const queue = await RedisJobQueue.open({ url: lastingUrl, namespace: `${waiting}`, warn: () => {} })
  const tested = sluice(queue)
  try {
    const filling = filled.get(waiting) ?? fill(queue, waiting)
    filled.set(waiting, filling)
    await filling
    return await microsecondsPer(SEQUENTIAL_JOBS, 1, async () => {
      await tested.enqueue(`measured-${measured++}`)
      await tested.claimAndComplete()
    })
  } finally {
    await queue.close()
  }
}

async function fill(queue: RedisJobQueue, waiting: number): Promise<void> {
  await inFlight(waiting / 1000, 2, async (batch) => {
    const jobs = Array.from({ length: 1000 }, (_, index) => {
      return { workflowId: 'run', jobId: `job-${batch}-${index}`, command: 'resize', priority: 500 }
    })
    await queue.enqueueMany(jobs)
  })
}

async function timeOfEnqueue(queue: QueueUnderTest, redis: BenchRedis): Promise<number> {
  await redis.admin.config('RESETSTAT')
  await inFlight(JOBS, 50, (index) => queue.enqueue(`job-${index}`))
  return (await scriptMicroseconds(redis)) / JOBS
}

async function timeOfClaims(queue: QueueUnderTest, redis: BenchRedis): Promise<number> {
  await timeOfEnqueue(queue, redis)
  await redis.admin.config('RESETSTAT')
  await inFlight(JOBS, 50, () => queue.claimAndComplete())
  return (await scriptMicroseconds(redis)) / JOBS
}

async function processorMicroseconds({ admin }: BenchRedis): Promise<number> {
  const info = await admin.info('cpu')
  const seconds = [...info.matchAll(/^used_cpu_(?:sys|user)_main_thread:([\d.]+)/gm)].map(([, value]) => Number(value))
  return seconds.reduce((sum, value) => sum + value, 0) * 1e6
}

async function scriptMicroseconds({ admin }: BenchRedis): Promise<number> {
  const stats = await admin.info('commandstats')
  const times = [...stats.matchAll(/^cmdstat_eval(?:sha)?:calls=\d+,usec=(\d+)/gm)].map(([, usec]) => Number(usec))
  return times.reduce((sum, usec) => sum + usec, 0)
}

async function usedMemory({ admin }: BenchRedis): Promise<number> {
  const [, bytes] = /^used_memory:(\d+)/m.exec(await admin.info('memory')) ?? []
  return Number(bytes)
}
