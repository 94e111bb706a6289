import type { QueuedJob } from '@sluice/core'
import type { SeededRandom } from './seeded-random.ts'

/** A workflow whose jobs run to their end, or are cancelled one by one. */
export const stormWorkflow = 'storm'
/** A workflow that is cancelled as a whole. */
export const doomedWorkflow = 'doomed'

const labelSets = [[], ['a'], ['b'], ['a', 'b']]
const doomedShare = 0.1

/** The labels of each worker in turn; every label set above has workers. */
export const workerLabels: readonly (readonly string[])[] = [['a', 'b'], ['a'], ['b']]

/** Makes jobs of all sorts: several label sets, priorities, delays and numbers of retries. */
export function makeStormJobs(count: number, random: SeededRandom): QueuedJob[] {
  return Array.from({ length: count }, (_, index) => ({
    workflowId: random.chance(doomedShare) ? doomedWorkflow : stormWorkflow,
    jobId: `job ${index}`,
    command: 'run',
    requiredLabels: random.pick(labelSets),
    priority: random.below(3),
    ...(random.chance(0.2) && { delayMs: random.below(500) }),
    retryPolicy: {
      maxRetries: random.below(8),
      backoff: { kind: 'exponential', baseMs: 20, maxMs: 200, jitter: true },
    },
  }))
}
