import type { JobQueue, JobRecord } from '@sluice/core'
import { JobCancelledError, QueueError, WorkflowCancelledError } from '@sluice/core'
import { type Mutant, queueMutant } from './mutant.ts'

/** Faults that only show when calls overlap. */
export const RACE_MUTANTS: readonly Mutant[] = [
  queueMutant('CLM-1', 'answers claims that overlap as one', (queue) => {
    const pending = new Map<string, ReturnType<JobQueue['claim']>>()
    return {
      claim: (options) => shared(pending, `${options.labels}`, () => afterTurn().then(() => queue.claim(options))),
    }
  }),
  queueMutant('CLM-5', 'wakes one of several waiting claims', (queue) => {
    let isWaiting = false
    return {
      async claim(options) {
        if (!options.waitMs || !isWaiting) {
          isWaiting = Boolean(options.waitMs)
          return queue.claim(options).finally(() => {
            isWaiting = false
          })
        }
        return (await queue.claim({ ...options, waitMs: 0 })) ?? new Promise(() => {})
      },
    }
  }),
  queueMutant('INS-1', 'leaves what it does not know out of what it reads together', (queue) => {
    const asked: ((record: JobRecord | null) => void)[] = []
    const found: JobRecord[] = []
    return {
      async getJob(workflowId, jobId) {
        const answer = new Promise<JobRecord | null>((resolve) => asked.push(resolve))
        const record = await queue.getJob(workflowId, jobId)
        if (record) found.push(record)
        await afterTurn()
        for (const resolve of asked.splice(0)) resolve(found.shift() ?? null)
        return answer
      },
    }
  }),
  queueMutant('ENQ-2', 'looks for a duplicate, and then stores', (queue) => ({
    async enqueue(job) {
      if (await queue.getJob(job.workflowId, job.jobId)) return { status: 'duplicate' }
      await afterTurn()
      await queue.enqueue(job)
      return { status: 'enqueued' }
    },
  })),
  queueMutant('ENQ-3', 'looks whether the workflow is cancelled, and then stores', (queue) => {
    const cancelled = new Set<string>()
    return {
      async enqueue(job) {
        if (cancelled.has(job.workflowId)) throw new WorkflowCancelledError(job.workflowId)
        await afterTurn()
        return queue.enqueue(job)
      },
      async cancelWorkflow(workflowId) {
        cancelled.add(workflowId)
        const { jobs } = await queue.listJobs(workflowId, { limit: 1000 })
        for (const { jobId } of jobs) await queue.cancel(workflowId, jobId)
        return { cancelled: jobs.length }
      },
    }
  }),
  queueMutant('CAN-3', 'looks whether the job is cancelled, and then completes', (queue) => {
    const jobs = new Map<string, [workflowId: string, jobId: string]>()
    return {
      async claimMany(options) {
        const claimed = await queue.claimMany(options)
        for (const { lease } of claimed) jobs.set(lease.leaseId, [lease.workflowId, lease.jobId])
        return claimed
      },
      async complete(leaseId, outputs) {
        const job = jobs.get(leaseId)
        if (job && (await queue.isCancelled(...job))) throw new JobCancelledError(...job)
        await afterTurn()
        await queue.complete(leaseId, outputs).catch((error: unknown) => {
          if (!QueueError.is(error, 'JOB_CANCELLED')) throw error
        })
      },
    }
  }),
  queueMutant('CAN-1', 'finds a job to claim, and takes it later', (queue) => ({
    async claim(options) {
      const claimed = await queue.claim(options)
      if (claimed) await afterTurn()
      return claimed
    },
    async cancel(workflowId, jobId) {
      const record = await queue.getJob(workflowId, jobId)
      if (record?.state === 'active') await afterTurn()
      return { status: 'cancelled', state: (await queue.cancel(workflowId, jobId)).state }
    },
  })),
  queueMutant('REA-1', 'gives what it reaped to all who reap at once', (queue) => {
    const pending = new Map<string, ReturnType<JobQueue['reapExpiredLeases']>>()
    return { reapExpiredLeases: () => shared(pending, '', () => afterTurn().then(() => queue.reapExpiredLeases())) }
  }),
  queueMutant('LSE-4', 'settles once for each of two calls at once', (queue) => {
    const failed = new Map<string, number>()
    return {
      async fail(leaseId, failure, options) {
        const result = await queue.fail(leaseId, failure, options)
        const calls = (failed.get(leaseId) ?? 0) + 1
        failed.set(leaseId, calls)
        return calls > 2 ? { willRetry: false } : result
      },
    }
  }),
]

/** Lets every other call that has begun go on. */
function afterTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function shared<Value>(pending: Map<string, Promise<Value>>, key: string, call: () => Promise<Value>): Promise<Value> {
  const promise = pending.get(key) ?? call().finally(() => pending.delete(key))
  pending.set(key, promise)
  return promise
}
