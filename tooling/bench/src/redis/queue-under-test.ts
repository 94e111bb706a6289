import { randomUUID } from 'node:crypto'
import { RedisJobQueue } from '@sluice/queue-redis'
import { type Job, Queue, Worker } from 'bullmq'
import { type BenchRedis, benchRedis } from './bench-redis.ts'

/** What the benchmarks do to a queue, whichever it is. */
export interface QueueUnderTest {
  enqueue(jobId: string): Promise<void>
  /** Takes the next job and completes it. */
  claimAndComplete(): Promise<void>
  close(): Promise<void>
}

/** The payload of every job, about 200 bytes. */
export const PAYLOAD = { file: 'cat.png', width: 640, note: 'x'.repeat(150) }

const LEASE_TTL_MS = 60_000
const PRIORITY = 500

/** What opens a queue on an empty database. */
export type OpenQueue = (url: string) => Promise<QueueUnderTest>

/** Gives a queue on an empty database to a measurement, and empties it again. */
export async function withQueue(
  open: OpenQueue,
  measure: (queue: QueueUnderTest, redis: BenchRedis) => Promise<number>,
) {
  const redis = await benchRedis()
  const queue = await open(redis.url)
  try {
    return await measure(queue, redis)
  } finally {
    await queue.close()
    await redis.admin.flushdb()
  }
}

/** Opens our queue. */
export const openSluice: OpenQueue = async (url) => sluice(await RedisJobQueue.open({ url, warn: () => {} }))

/** Wraps our queue; each job takes the label set at its index, in turn. */
export function sluice(queue: RedisJobQueue, labelSets: readonly (readonly string[])[] = [[]]): QueueUnderTest {
  const labels = [...new Set(labelSets.flat())]
  const claim = { workerId: 'bench', labels, leaseTtlMs: LEASE_TTL_MS }
  let enqueued = 0
  return {
    async enqueue(jobId) {
      const requiredLabels = labelSets[enqueued++ % labelSets.length] ?? []
      await queue.enqueue({
        workflowId: 'run',
        jobId,
        command: 'resize',
        payload: PAYLOAD,
        priority: PRIORITY,
        requiredLabels,
      })
    },
    async claimAndComplete() {
      const { lease } = orFail(await queue.claim(claim))
      await queue.complete(lease.leaseId, {})
    },
    close: () => queue.close(),
  }
}

/** Opens BullMQ as it is, with priorities: jobs are taken and completed by hand. */
export const openBullMq: OpenQueue = async (url) => {
  const options = { connection: { url }, prefix: '{bench}' }
  const queue = new Queue('bench', options)
  const worker = new Worker('bench', null, { ...options, autorun: false, lockDuration: LEASE_TTL_MS })
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()])
  return {
    async enqueue(jobId) {
      await queue.add('resize', { command: 'resize', payload: PAYLOAD }, { jobId, priority: PRIORITY })
    },
    async claimAndComplete() {
      const token = randomUUID()
      const job: Job = orFail(await worker.getNextJob(token, { block: false }))
      await job.moveToCompleted({}, token, false)
    },
    async close() {
      await worker.close()
      await queue.close()
    },
  }
}

function orFail<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error('the queue is empty')
  return value
}
