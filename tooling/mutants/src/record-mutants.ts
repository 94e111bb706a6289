import { EventBuffer, LeaseExpiredError, type SubscribeOptions } from '@sluice/core'
import { asSubscription, changingEvents, ignoring } from './faults.ts'
import { type Mutant, queueMutant } from './mutant.ts'

/** Faults in what a queue tells and keeps, and in how it ends. */
export const RECORD_MUTANTS: readonly Mutant[] = [
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
  queueMutant('CLS-1', 'goes on listening to the signals of claims', (queue) => ({
    claim(options) {
      options.signal?.addEventListener('abort', () => {})
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
