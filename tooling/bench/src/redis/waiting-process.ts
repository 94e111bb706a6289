/** The other process of the wake-ups: waits for jobs, and tells for each how long ago it was enqueued. Ends with its parent. */
import { RedisJobQueue } from '@sluice/queue-redis'
import { Worker } from 'bullmq'

export type WaiterKind = 'sluice' | 'bullmq'

const [kind, url = '', waiting] = process.argv.slice(2)

const close = kind === 'sluice' ? await startClaims(Number(waiting)) : await startWorker(Number(waiting))
process.send?.('ready')
process.once('disconnect', () => void close())

async function startClaims(count: number): Promise<() => Promise<void>> {
  const queue = await RedisJobQueue.open({ url, warn: () => {} })
  let isClosed = false
  const loops = Array.from({ length: count }, async (_, index) => {
    while (!isClosed) {
      const claimed = await queue.claim({ workerId: `w${index}`, labels: [], leaseTtlMs: 60_000, waitMs: 60_000 })
      if (claimed === null) continue
      report(claimed.job.payload)
      await queue.complete(claimed.lease.leaseId, {})
    }
  })
  return async () => {
    isClosed = true
    await queue.close()
    await Promise.allSettled(loops)
  }
}

async function startWorker(concurrency: number): Promise<() => Promise<void>> {
  const options = { connection: { url }, prefix: '{bench}', concurrency }
  const worker = new Worker('bench', async ({ data }) => report(data), options)
  await worker.waitUntilReady()
  return () => worker.close()
}

/** Sends how many milliseconds have passed since the time in a payload. */
function report(payload: unknown): void {
  const { at } = payload as { at: string }
  process.send?.(Number(process.hrtime.bigint() - BigInt(at)) / 1e6)
}
