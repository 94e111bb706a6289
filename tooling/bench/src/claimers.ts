import type { JobQueue } from '@sluice/core'

/** Keeps claiming and completing jobs, so many at once, until stopped: a worker that costs nothing. */
export function startClaimers(queue: JobQueue, count: number): { stop(): Promise<void> } {
  const controller = new AbortController()
  const options = { labels: [], leaseTtlMs: 60_000, waitMs: 60_000, signal: controller.signal }
  const loops = Array.from({ length: count }, async (_, index) => {
    while (!controller.signal.aborted) {
      const claimed = await queue.claim({ ...options, workerId: `claimer-${index}` })
      if (claimed) await queue.complete(claimed.lease.leaseId, {})
    }
  })
  return {
    async stop() {
      controller.abort()
      await Promise.all(loops)
    },
  }
}
