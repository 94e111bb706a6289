import { type ClaimedJob, canonicalLabelSet, type QueuedJob } from '@sluice/core'
import { changingJobs, ignoring } from './faults.ts'
import { type Mutant, queueMutant } from './mutant.ts'

/** Faults in how jobs come and go. */
export const JOB_MUTANTS: readonly Mutant[] = [
  queueMutant('LIM-1', 'takes any priority, and cuts it to the range', (queue) =>
    changingJobs(queue, (job) => ({ ...job, priority: Math.round(Math.min(1000, Math.max(0, job.priority ?? 0))) })),
  ),
  queueMutant('LIM-2', 'cuts long ids', (queue) =>
    changingJobs(queue, (job) => ({ ...job, jobId: job.jobId.slice(0, 200) })),
  ),
  queueMutant('ENQ-1', 'forgets delays', (queue) => changingJobs(queue, (job) => ({ ...job, delayMs: 0 }))),
  queueMutant('ENQ-2', 'reports a duplicate as enqueued', (queue) => ({
    enqueue: (job) => queue.enqueue(job).then(() => ({ status: 'enqueued' })),
  })),
  queueMutant('ENQ-3', 'accepts jobs of a cancelled workflow', (queue) => ({
    enqueue: (job) => ignoring('WORKFLOW_CANCELLED', { status: 'enqueued' as const }, queue.enqueue(job)),
  })),
  queueMutant('ENQ-4', 'fails a whole batch for one bad job', (queue) => ({
    enqueueMany: (jobs) => Promise.all(jobs.map((job) => queue.enqueue(job))),
  })),
  queueMutant('CLM-1', 'gives a job that is active to the next worker too', (queue) => {
    let latest: ClaimedJob | null = null
    return {
      async claim(options) {
        latest = (await queue.claim(options)) ?? latest
        return latest
      },
    }
  }),
  queueMutant('CLM-2', 'ignores labels', (queue) => {
    const seen: string[] = []
    return {
      enqueue(job) {
        seen.push(...(job.requiredLabels ?? []))
        return queue.enqueue(job)
      },
      claim: (options) => queue.claim({ ...options, labels: canonicalLabelSet([...options.labels, ...seen]) }),
    }
  }),
  queueMutant('CLM-3', 'ignores priorities', (queue) => changingJobs(queue, (job) => ({ ...job, priority: 0 }))),
  queueMutant('CLM-3', 'takes equals last in, first out', (queue) => {
    let enqueued = 0
    return changingJobs(queue, (job) => ({ ...job, priority: enqueued++ }))
  }),
  queueMutant('CLM-4', 'looks at every waiting job', (queue) => {
    const jobs: QueuedJob[] = []
    return {
      enqueueMany(more) {
        jobs.push(...more)
        return queue.enqueueMany(more)
      },
      claim(options) {
        const fitting = jobs.filter(({ requiredLabels = [] }) =>
          requiredLabels.every((label) => options.labels.includes(label)),
        )
        return fitting.length > 0 ? queue.claim(options) : Promise.resolve(null)
      },
    }
  }),
  queueMutant('CLM-5', 'does not hear a signal', (queue) => ({
    claim: ({ signal, ...options }) => queue.claim(options),
  })),
  queueMutant('CLM-5', 'goes on waiting in secret when the signal aborts', (queue) => ({
    claim({ signal, ...options }) {
      const aborted = new Promise<null>((resolve) => signal?.addEventListener('abort', () => resolve(null)))
      return Promise.race([queue.claim(options), aborted])
    },
  })),
  queueMutant('CLM-6', 'loses upstream outputs', (queue) => ({
    async claim(options) {
      const claimed = await queue.claim(options)
      if (!claimed) return null
      const { upstreamOutputs, ...job } = claimed.job
      return { ...claimed, job }
    },
  })),
  queueMutant('CLM-7', 'claims one where many are wanted', (queue) => ({
    claimMany: (options) => queue.claimMany({ ...options, limit: 1 }),
  })),
]
