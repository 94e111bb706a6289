/** The other process of the wake-ups: waits for jobs, and tells for each how long ago it was enqueued. Ends with its parent. */
import { openPgBossJobQueue } from '@sluice/queue-pgboss'
import { run } from 'graphile-worker'
import { CLAIM, SILENT } from './queue-under-test.ts'

export type WaiterKind = 'sluice' | 'graphile'

const [kind, url = '', waiting] = process.argv.slice(2)

const close = kind === 'sluice' ? await startClaims(Number(waiting)) : await startRunner()
process.send?.('ready')
process.once('disconnect', () => void close())

async function startClaims(count: number): Promise<() => Promise<void>> {
  const queue = await openPgBossJobQueue({ connectionString: url })
  let isClosed = false
  const loops = Array.from({ length: count }, async () => {
    while (!isClosed) {
      const claimed = await queue.claim({ ...CLAIM, waitMs: 60_000 })
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

async function startRunner(): Promise<() => Promise<void>> {
  const taskList = { resize: async (payload: unknown) => report(payload) }
  const runner = await run({ connectionString: url, concurrency: 1, noHandleSignals: true, logger: SILENT, taskList })
  return () => runner.stop()
}

/** Sends how many milliseconds have passed since the time in a payload. */
function report(payload: unknown): void {
  const { at } = payload as { at: string }
  process.send?.(Number(process.hrtime.bigint() - BigInt(at)) / 1e6)
}
