import type { QueuedJob } from '@sluice/core'

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

/** The data of a job of pg-boss: our job, and, once it was released, the attempts that it had used by then. */
export type BossJobData = QueuedJob & { readonly attempt?: number }

/** The job itself. */
export function jobOf(data: BossJobData): QueuedJob {
  if (!('attempt' in data)) return data
  const { attempt: _, ...job } = data
  return job
}
