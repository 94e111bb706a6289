import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { RedisJobQueue } from '@sluice/queue-redis'
import { Queue } from 'bullmq'
import type { Benchmark, BenchmarkCase } from '../benchmark.ts'
import { benchRedis } from './bench-redis.ts'
import { PAYLOAD } from './queue-under-test.ts'
import type { WaiterKind } from './waiting-process.ts'

const WAKE_UPS = 300
const PAUSE_MS = 2

/** How long after its enqueue in this process a job is begun in another, where somebody waits for it. */
export const wakeUps: Benchmark = {
  name: 'redis-wake',
  title: 'Redis: from enqueue to the start in another process',
  unit: 'ms',
  baseline: "BullMQ's Worker, median",
  cases: [
    wakeUp("BullMQ's Worker, median", 'bullmq', 1, 0.5),
    wakeUp('Sluice, median', 'sluice', 1, 0.5, '< 1.5 ms'),
    wakeUp('Sluice with 200 claims waiting, median', 'sluice', 200, 0.5),
    wakeUp("BullMQ's Worker, 99 of 100", 'bullmq', 1, 0.99),
    wakeUp('Sluice, 99 of 100', 'sluice', 1, 0.99),
    wakeUp('Sluice with 200 claims waiting, 99 of 100', 'sluice', 200, 0.99),
  ],
}

function wakeUp(label: string, kind: WaiterKind, waiting: number, part: number, target?: string): BenchmarkCase {
  return { label, ...(target === undefined ? {} : { target }), run: () => measureWakeUps(kind, waiting, part) }
}

async function measureWakeUps(kind: WaiterKind, waiting: number, part: number): Promise<number> {
  const { url, admin } = await benchRedis()
  const child = fork(fileURLToPath(new URL('./waiting-process.ts', import.meta.url)), [kind, url, `${waiting}`])
  await once(child, 'message')
  const { enqueue, close } = await openProducer(kind, url)
  const delays: number[] = []
  for (let index = 0; index < WAKE_UPS; index++) {
    const begun = once(child, 'message')
    await enqueue(`job-${index}`, String(process.hrtime.bigint()))
    delays.push((await begun)[0])
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  await close()
  const exited = once(child, 'exit')
  child.disconnect()
  await exited
  await admin.flushdb()
  return delays.sort((a, b) => a - b)[Math.floor(delays.length * part)] ?? Number.NaN
}

/** Opens what enqueues a job that carries the time of its enqueue, on the clock that all processes share. */
async function openProducer(kind: WaiterKind, url: string) {
  if (kind === 'sluice') {
    const queue = await RedisJobQueue.open({ url, warn: () => {} })
    return {
      enqueue: (jobId: string, at: string): Promise<unknown> =>
        queue.enqueue({ workflowId: 'run', jobId, command: 'resize', payload: { ...PAYLOAD, at } }),
      close: () => queue.close(),
    }
  }
  const queue = new Queue('bench', { connection: { url }, prefix: '{bench}' })
  return {
    enqueue: (jobId: string, at: string): Promise<unknown> =>
      queue.add('resize', { ...PAYLOAD, at }, { jobId, priority: 500 }),
    close: () => queue.close(),
  }
}
