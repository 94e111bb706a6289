import { LeaseExpiredError, type LeaseExpiredEvent, LeaseNotFoundError } from '@sluice/core'
import { changingEvents, changingJobs, ignoring, rememberingClaims } from './faults.ts'
import { type Mutant, queueMutant } from './mutant.ts'

/** Faults in what a lease is worth, and in how attempts end. */
export const LEASE_MUTANTS: readonly Mutant[] = [
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
  queueMutant('LSE-2', 'forgets a lease that may still be asked for', (queue) => {
    const claimed = rememberingClaims(queue)
    return {
      claim: claimed.claim,
      async renewLease(leaseId, extendByMs) {
        const latest = claimed.leaseIds().slice(-99)
        if (!latest.includes(leaseId)) throw new LeaseNotFoundError(leaseId)
        return queue.renewLease(leaseId, extendByMs)
      },
    }
  }),
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
]
