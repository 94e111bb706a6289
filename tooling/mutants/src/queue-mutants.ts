import {
  type ClaimedJob,
  canonicalLabelSet,
  EventBuffer,
  type EventSubscription,
  type JobQueue,
  LeaseExpiredError,
  type LeaseExpiredEvent,
  type QueuedJob,
  QueueError,
  type QueueErrorCode,
  type QueueEvent,
  type SubscribeOptions,
} from '@sluice/core'
import { type Mutant, queueMutant } from './mutant.ts'

/** Single faults, seen by calls one after the other. */
export const QUEUE_MUTANTS: readonly Mutant[] = [
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
  queueMutant('LSE-1', 'renews a lease that has expired', (queue) => {
    const claimed = rememberingClaims(queue)
    return {
      claim: claimed.claim,
      renewLease: (leaseId, extendByMs) =>
        ignoring('LEASE_EXPIRED', claimed.leaseOf(leaseId), queue.renewLease(leaseId, extendByMs)),
    }
  }),
  queueMutant('LSE-1', 'adds an extension to what is left', (queue) => {
    const claimed = rememberingClaims(queue)
    return {
      claim: claimed.claim,
      renewLease: (leaseId, extendByMs) =>
        queue.renewLease(leaseId, extendByMs + (claimed.leaseOf(leaseId)?.ttlMs ?? 0)),
    }
  }),
  queueMutant('LSE-2', 'accepts a late complete', (queue) => ({
    complete: (leaseId, outputs) => ignoring('LEASE_EXPIRED', undefined, queue.complete(leaseId, outputs)),
  })),
  queueMutant('LSE-2', 'takes an unknown lease for an expired one', (queue) => ({
    async release(leaseId) {
      await queue.release(leaseId).catch(() => Promise.reject(new LeaseExpiredError(leaseId)))
    },
  })),
  queueMutant('LSE-3', "goes by the worker's clock", (queue) => {
    const startedAt = Date.now()
    return {
      async claim(options) {
        const claimed = await queue.claim(options)
        const skewMs = Math.round((Date.now() - startedAt) / 3_600_000) * 3_600_000
        return claimed && { ...claimed, lease: { ...claimed.lease, expiresAt: claimed.lease.expiresAt + skewMs } }
      },
    }
  }),
  queueMutant('LSE-4', 'refuses to repeat a complete', (queue) => {
    const completed = new Set<string>()
    return {
      async complete(leaseId, outputs) {
        if (completed.has(leaseId)) throw new LeaseExpiredError(leaseId)
        await queue.complete(leaseId, outputs)
        completed.add(leaseId)
      },
    }
  }),
  queueMutant('LSE-4', 'takes any settling call for the repetition of another', (queue) => ({
    fail: (leaseId, failure, options) =>
      ignoring('LEASE_EXPIRED', { willRetry: false }, queue.fail(leaseId, failure, options)),
  })),
  queueMutant('LSE-5', 'uses an attempt for a release', (queue) => ({
    async release(leaseId) {
      await queue.fail(leaseId, { message: 'released' }, { retryable: true })
    },
  })),
  queueMutant('CMP-1', 'loses outputs', (queue) => ({ complete: (leaseId) => queue.complete(leaseId, {}) })),
  queueMutant('FAI-1', 'retries at once', (queue) =>
    changingJobs(queue, ({ retryPolicy, ...job }) => {
      const maxRetries = retryPolicy?.maxRetries ?? 0
      return { ...job, retryPolicy: { maxRetries, backoff: { kind: 'none' } } }
    }),
  ),
  queueMutant('FAI-1', 'does not tell that a message was cut', (queue) => ({
    async getJob(workflowId, jobId) {
      const record = await queue.getJob(workflowId, jobId)
      return record?.failure ? { ...record, failure: { message: record.failure.message } } : record
    },
  })),
  queueMutant('FAI-2', 'does not say when it retries', (queue) => ({
    async fail(leaseId, failure, options) {
      const { willRetry } = await queue.fail(leaseId, failure, options)
      return { willRetry }
    },
  })),
  queueMutant('CAN-1', 'claims to have cancelled a waiting job', (queue) => ({
    async cancel(workflowId, jobId) {
      const record = await queue.getJob(workflowId, jobId)
      return record?.state === 'waiting' ? { status: 'cancelled', state: 'cancelled' } : queue.cancel(workflowId, jobId)
    },
  })),
  queueMutant('CAN-2', 'does not revoke the lease of a cancelled job', (queue) => ({
    complete: (leaseId, outputs) => ignoring('JOB_CANCELLED', undefined, queue.complete(leaseId, outputs)),
  })),
  queueMutant('CAN-3', 'tells twice how a job ended', (queue) =>
    changingEvents(queue, (event) => (event.kind === 'cancelled' ? [event, event] : [event])),
  ),
  queueMutant('CAN-4', 'claims to have cancelled a finished job', (queue) => ({
    async cancel(workflowId, jobId) {
      const { state } = await queue.cancel(workflowId, jobId)
      return { status: 'cancelled', state }
    },
  })),
  queueMutant('CAN-5', 'leaves active jobs of a cancelled workflow running', (queue) => ({
    async cancelWorkflow(workflowId) {
      const { jobs } = await queue.listJobs(workflowId, { states: ['waiting', 'delayed'], limit: 1000 })
      for (const { jobId } of jobs) await queue.cancel(workflowId, jobId)
      return { cancelled: jobs.length }
    },
  })),
  queueMutant('CAN-6', 'knows only the cancelled jobs it has', (queue) => ({
    async isCancelled(workflowId, jobId) {
      return (await queue.getJob(workflowId, jobId))?.state === 'cancelled'
    },
  })),
  queueMutant('REA-1', 'returns an expired lease again and again', (queue) => {
    let latest: readonly LeaseExpiredEvent[] = []
    return {
      async reapExpiredLeases() {
        const reaped = await queue.reapExpiredLeases()
        latest = reaped.length > 0 ? reaped : latest
        return latest
      },
    }
  }),
  queueMutant('REA-2', 'forgets the attempt that an expired lease has used', (queue) => ({
    async claim(options) {
      const claimed = await queue.claim(options)
      return claimed && { ...claimed, lease: { ...claimed.lease, attempt: 0 } }
    },
  })),
  queueMutant('REA-2', 'loses a job whose lease has expired', (queue) => ({
    async reapExpiredLeases() {
      const reaped = await queue.reapExpiredLeases()
      for (const { workflowId, jobId } of reaped) await queue.cancel(workflowId, jobId)
      return reaped
    },
  })),
  queueMutant('REA-3', 'ends live leases', (queue) => {
    const claimed = rememberingClaims(queue)
    return {
      claim: claimed.claim,
      async reapExpiredLeases() {
        for (const leaseId of claimed.leaseIds()) await queue.release(leaseId).catch(() => {})
        return queue.reapExpiredLeases()
      },
    }
  }),
  queueMutant('EVT-1', 'resolves before the subscription is live', (queue) => ({
    async subscribe(options) {
      const live = new EventBuffer(options)
      setTimeout(async () => {
        for await (const event of await queue.subscribe(options)) live.push(event)
      }, 5)
      return live
    },
  })),
  queueMutant('EVT-2', 'delivers kinds that nobody asked for', (queue) => ({
    subscribe: ({ kinds, ...options }: SubscribeOptions = {}) => queue.subscribe(options),
  })),
  queueMutant('EVT-2', 'does not tell that a retry is ready', (queue) =>
    changingEvents(queue, (event) => (event.kind === 'ready' && event.attempt > 0 ? [] : [event])),
  ),
  queueMutant('EVT-3', 'drops events without a gap', (queue) =>
    changingEvents(queue, (event) => (event.kind === 'gap' ? [] : [event])),
  ),
  queueMutant('EVT-4', 'keeps all for a slow subscriber', (queue) => ({
    subscribe: ({ bufferLimit, ...options }: SubscribeOptions = {}) => queue.subscribe(options),
  })),
  queueMutant('EVT-5', 'does not end a subscription that is closed', (queue) => ({
    subscribe: async (options) => {
      const subscription = await queue.subscribe(options)
      return { ...asSubscription(subscription, () => subscription.next()), close() {} }
    },
  })),
  queueMutant('INS-1', 'counts delayed jobs as waiting', (queue) => ({
    async stats() {
      const { byState, byLabelSet } = await queue.stats()
      return { byState: { ...byState, waiting: byState.waiting + byState.delayed, delayed: 0 }, byLabelSet }
    },
  })),
  queueMutant('INS-1', 'repeats a job on the next page', (queue) => ({
    async listJobs(workflowId, options = {}) {
      const page = await queue.listJobs(workflowId, options)
      const [first] = (await queue.listJobs(workflowId, { limit: 1 })).jobs
      return options.cursor && first ? { ...page, jobs: [first, ...page.jobs] } : page
    },
  })),
  queueMutant('INS-2', 'counts positions from 1', (queue) => ({
    async position(workflowId, jobId) {
      const position = await queue.position(workflowId, jobId)
      return position === null ? null : position + 1
    },
  })),
  queueMutant('PRG-1', 'purges what is young', (queue) => ({ purge: () => queue.purge(0) })),
  queueMutant('PRG-1', 'purges active jobs', (queue) => ({
    async purge(olderThanMs) {
      const { jobs } = await queue.listJobs('run', { states: ['active'] })
      for (const { workflowId, jobId } of jobs) await queue.cancel(workflowId, jobId)
      return queue.purge(olderThanMs)
    },
  })),
  queueMutant('PRG-2', 'forgets cancelled workflows at the next purge', (queue) => {
    let isPurged = false
    return {
      enqueue: (job) =>
        isPurged
          ? ignoring('WORKFLOW_CANCELLED', { status: 'enqueued' as const }, queue.enqueue(job))
          : queue.enqueue(job),
      purge(olderThanMs) {
        isPurged = true
        return queue.purge(olderThanMs)
      },
    }
  }),
  queueMutant('CLS-1', 'leaves claims waiting when it is closed', (queue) => {
    let isClosed = false
    return {
      claim: async (options) => (await queue.claim(options)) ?? (isClosed ? new Promise(() => {}) : null),
      close() {
        isClosed = true
        return queue.close()
      },
    }
  }),
  queueMutant('CLS-1', 'leaves a timer behind', (queue) => ({
    claim(options) {
      if (options.waitMs) setTimeout(() => {}, 5000)
      return queue.claim(options)
    },
  })),
  queueMutant('ERR-1', 'rejects with what its parser throws', (queue) => ({
    renewLease: async (leaseId, extendByMs) => queue.renewLease(leaseId.trim(), extendByMs),
  })),
  queueMutant('ERR-1', 'throws before it returns a promise', (queue) => ({
    renewLease(leaseId, extendByMs) {
      if (typeof leaseId !== 'string') throw new LeaseExpiredError(leaseId)
      return queue.renewLease(leaseId, extendByMs)
    },
  })),
  queueMutant('CAP-1', 'declares to be durable', () => ({ capabilities: { durable: true, multiProcess: false } })),
  queueMutant('CAP-2', 'declares to be for many processes', () => ({
    capabilities: { durable: false, multiProcess: true },
  })),
]

function changingJobs(queue: JobQueue, change: (job: QueuedJob) => QueuedJob): Partial<JobQueue> {
  return {
    enqueue: async (job) => queue.enqueue(change(job)),
    enqueueMany: async (jobs) => queue.enqueueMany(jobs.map(change)),
  }
}

function changingEvents(queue: JobQueue, change: (event: QueueEvent) => QueueEvent[]): Partial<JobQueue> {
  return {
    async subscribe(options) {
      const subscription = await queue.subscribe(options)
      const pending: QueueEvent[] = []
      return asSubscription(subscription, async () => {
        while (pending.length === 0) {
          const { value, done } = await subscription.next()
          if (done) return { done, value }
          pending.push(...change(value))
        }
        return { done: false, value: pending.shift() as QueueEvent }
      })
    },
  }
}

function asSubscription(original: EventSubscription, next: EventSubscription['next']): EventSubscription {
  return {
    next,
    return: async () => ({ done: true, value: undefined }),
    close: () => original.close(),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

function rememberingClaims(queue: JobQueue) {
  const leases = new Map<string, ClaimedJob['lease']>()
  return {
    leaseIds: () => [...leases.keys()],
    leaseOf: (leaseId: string) => leases.get(leaseId) as ClaimedJob['lease'],
    async claim(options: Parameters<JobQueue['claim']>[0]) {
      const claimed = await queue.claim(options)
      if (claimed) leases.set(claimed.lease.leaseId, claimed.lease)
      return claimed
    },
  }
}

/** Answers as if nothing were wrong where a call is refused with this code. */
async function ignoring<Value>(code: QueueErrorCode, instead: Value, call: Promise<Value>): Promise<Value> {
  return call.catch((error: unknown) => (QueueError.is(error, code) ? instead : Promise.reject(error)))
}
