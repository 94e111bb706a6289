import {
  type Backend,
  isFinalRunStatus,
  type JobQueue,
  QueueError,
  type QueueEvent,
  type WorkflowStore,
} from '@sluice/core'
import { JobObserver } from './job-observer.ts'
import { ObservedSubscription } from './observed-subscription.ts'
import type { ServiceMetrics } from './service-metrics.ts'

/** A backend whose calls are counted and timed. */
export interface MeasuredBackend {
  /** For everybody but the scheduler. */
  readonly backend: Backend
  /**
   * For the scheduler: what it hears and stores tells what happens to jobs.
   *
   * Only the active scheduler subscribes, so each event is counted by one process.
   */
  readonly schedulingBackend: Backend
}

/** Wraps a backend so that it is measured; closing either closes it. */
export function measureBackend(backend: Backend, metrics: ServiceMetrics): MeasuredBackend {
  const { name, logs, workers } = backend
  const queue = measureQueue(backend.queue, metrics)
  const workflows = measureWorkflows(backend.workflows, metrics)
  const observer = new JobObserver(metrics)
  const rest = { name, logs, workers, close: () => backend.close() }
  return {
    backend: { ...rest, queue, workflows },
    schedulingBackend: {
      ...rest,
      queue: observeQueue(queue, observer),
      workflows: observeWorkflows(workflows, observer),
    },
  }
}

function observeQueue(queue: JobQueue, observer: JobObserver): JobQueue {
  return {
    ...queue,
    async subscribe({ kinds, ...options } = {}) {
      // All kinds, because the others tell when jobs began to wait; the scheduler gets those that it asked for.
      const subscription = await queue.subscribe(options)
      const isWanted = ({ kind }: QueueEvent) => kind === 'gap' || kinds === undefined || kinds.includes(kind)
      return new ObservedSubscription(subscription, (event) => observer.hear(event), isWanted)
    },
  }
}

function observeWorkflows(workflows: WorkflowStore, observer: JobObserver): WorkflowStore {
  return {
    ...workflows,
    async commitRun(runId, expectedVersion, changes) {
      const version = await workflows.commitRun(runId, expectedVersion, changes)
      if (changes.jobs !== undefined) observer.stored(runId, changes.jobs)
      return version
    },
  }
}

function measureQueue(queue: JobQueue, metrics: ServiceMetrics): JobQueue {
  const time = async <Result>(call: string, run: () => Promise<Result>): Promise<Result> => {
    const stop = metrics.queueCalls.startTimer({ call })
    try {
      const result = await run()
      stop({ outcome: 'ok' })
      return result
    } catch (error) {
      stop({ outcome: QueueError.is(error) ? error.code : 'unknown' })
      throw error
    }
  }
  // How long a claim that waits takes says something of the jobs, and nothing of the queue.
  const nameOfClaim = ({ waitMs = 0 }: { readonly waitMs?: number }) => (waitMs > 0 ? 'claimAndWait' : 'claim')
  return {
    capabilities: queue.capabilities,
    enqueue: (job) => time('enqueue', () => queue.enqueue(job)),
    enqueueMany: (jobs) => time('enqueueMany', () => queue.enqueueMany(jobs)),
    async claim(options) {
      const claimed = await time(nameOfClaim(options), () => queue.claim(options))
      if (claimed !== null) metrics.jobsClaimed.inc()
      return claimed
    },
    async claimMany(options) {
      const claimed = await time(nameOfClaim(options), () => queue.claimMany(options))
      metrics.jobsClaimed.inc(claimed.length)
      return claimed
    },
    renewLease: (leaseId, extendByMs) => time('renewLease', () => queue.renewLease(leaseId, extendByMs)),
    complete: (leaseId, outputs) => time('complete', () => queue.complete(leaseId, outputs)),
    fail: (leaseId, failure, options) => time('fail', () => queue.fail(leaseId, failure, options)),
    release: (leaseId) => time('release', () => queue.release(leaseId)),
    cancel: (workflowId, jobId) => time('cancel', () => queue.cancel(workflowId, jobId)),
    cancelWorkflow: (workflowId) => time('cancelWorkflow', () => queue.cancelWorkflow(workflowId)),
    isCancelled: (workflowId, jobId) => queue.isCancelled(workflowId, jobId),
    reapExpiredLeases: () => time('reapExpiredLeases', () => queue.reapExpiredLeases()),
    subscribe: (options) => queue.subscribe(options),
    getJob: (workflowId, jobId) => time('getJob', () => queue.getJob(workflowId, jobId)),
    listJobs: (workflowId, options) => time('listJobs', () => queue.listJobs(workflowId, options)),
    position: (workflowId, jobId) => queue.position(workflowId, jobId),
    stats: () => queue.stats(),
    purge: (olderThanMs) => queue.purge(olderThanMs),
    close: () => queue.close(),
  }
}

function measureWorkflows(workflows: WorkflowStore, metrics: ServiceMetrics): WorkflowStore {
  return {
    async createRun(run) {
      const result = await workflows.createRun(run)
      if (result.status === 'created') metrics.runsStarted.inc()
      return result
    },
    async commitRun(runId, expectedVersion, changes) {
      const stop = metrics.commits.startTimer()
      try {
        const version = await workflows.commitRun(runId, expectedVersion, changes)
        stop()
        const { status } = changes
        if (status !== undefined && isFinalRunStatus(status)) metrics.runsEnded.inc({ status })
        return version
      } catch (error) {
        if (QueueError.is(error, 'RUN_CONFLICT')) metrics.commitConflicts.inc()
        throw error
      }
    },
    getRun: (runId) => workflows.getRun(runId),
    loadRun: (runId) => workflows.loadRun(runId),
    listRuns: (options) => workflows.listRuns(options),
    listRunJobs: (runId, options) => workflows.listRunJobs(runId, options),
    claimScheduling: (owner, ttlMs) => workflows.claimScheduling(owner, ttlMs),
    releaseScheduling: (owner) => workflows.releaseScheduling(owner),
    deleteRuns: (olderThanMs) => workflows.deleteRuns(olderThanMs),
  }
}
