import type { QueuedJob, ValidJob } from '@sluice/core'

/** So long that pg-boss never ends a job by itself: leases and `purge` do. */
const FOREVER_SECONDS = 2_147_483_647

/** What pg-boss does with the jobs of a queue of ours: nothing by itself. */
export const BOSS_QUEUE_OPTIONS = {
  retryLimit: 0,
  retryDelay: 0,
  retryBackoff: false,
  retentionSeconds: FOREVER_SECONDS,
  deleteAfterSeconds: 0,
} as const

/** The same for what only a job can be given. */
export const BOSS_JOB_OPTIONS = { expireInSeconds: FOREVER_SECONDS } as const

/**
 * The data of a job of pg-boss: our job without what is as usual, which would take a third of a small one, and, once it was released, the
 * attempts that it had used by then.
 */
export type BossJobData = QueuedJob & { readonly attempt?: number }

/** The data of a new job, as JSON. */
export function encodeJob({ requiredLabels, priority, delayMs, retryPolicy, ...rest }: ValidJob): string {
  return JSON.stringify({
    ...rest,
    ...(requiredLabels.length > 0 ? { requiredLabels } : {}),
    ...(priority > 0 ? { priority } : {}),
    ...(delayMs > 0 ? { delayMs } : {}),
    ...(retryPolicy.maxRetries > 0 || retryPolicy.backoff.kind !== 'none' ? { retryPolicy } : {}),
  })
}

/** The job itself. */
export function jobOf({ attempt: _, ...job }: BossJobData): QueuedJob {
  return {
    requiredLabels: [],
    priority: 0,
    delayMs: 0,
    retryPolicy: { maxRetries: 0, backoff: { kind: 'none' } },
    ...job,
  }
}
