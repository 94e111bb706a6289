/** A worker in a process of its own, on a store or for a server. It tells of each job when its handler began and when that was done. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createWorker, stopOnSignals } from '@sluice/worker'
import { createHttpWorkerBackend } from './http-worker-backend.ts'
import { openStore } from './store.ts'
import type { HandledJob, WorkerOrders } from './workers.ts'

const { where, concurrency, labels = [] } = JSON.parse(process.argv[2] ?? '') as WorkerOrders

const backend =
  'server' in where ? { ...createHttpWorkerBackend(where.server), close: async () => {} } : await openStore(where.store)
const worker = createWorker({
  backend,
  labels,
  concurrency,
  handlers: {
    nothing() {},
    async sleep({ payload }) {
      await sleep((payload as { ms: number }).ms)
    },
    stamp({ job }) {
      const startedAt = nowMs()
      tell({ jobId: job.jobId, startedAt, endedAt: nowMs() })
    },
  },
})
stopOnSignals(worker, { deadlineMs: 0 })
worker.start()
process.send?.('ready')
await worker.closed
await backend.close()

function tell(handled: HandledJob): void {
  process.send?.(handled)
}

/** Milliseconds on the clock that all processes share. */
function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
