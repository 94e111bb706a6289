import {
  type ClaimedJob,
  type EventSubscription,
  type JobQueue,
  type QueuedJob,
  QueueError,
  type QueueErrorCode,
  type QueueEvent,
} from '@sluice/core'

/** Changes every job that is enqueued. */
export function changingJobs(queue: JobQueue, change: (job: QueuedJob) => QueuedJob): Partial<JobQueue> {
  return {
    enqueue: async (job) => queue.enqueue(change(job)),
    enqueueMany: async (jobs) => queue.enqueueMany(jobs.map(change)),
  }
}

/** Changes every event that is delivered. */
export function changingEvents(queue: JobQueue, change: (event: QueueEvent) => QueueEvent[]): Partial<JobQueue> {
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

/** A subscription that reads its events elsewhere. */
export function asSubscription(original: EventSubscription, next: EventSubscription['next']): EventSubscription {
  return {
    next,
    return: async () => ({ done: true, value: undefined }),
    close: () => original.close(),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** Remembers the leases that a queue gave. */
export function rememberingClaims(queue: JobQueue) {
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
export async function ignoring<Value>(code: QueueErrorCode, instead: Value, call: Promise<Value>): Promise<Value> {
  return call.catch((error: unknown) => (QueueError.is(error, code) ? instead : Promise.reject(error)))
}
