import type { JobFailure, JobState, Outputs, ValidJob } from '@sluice/core'
import type { HeapItem } from './binary-heap.ts'
import type { LabelSet } from './label-set.ts'
import type { Prioritized } from './priority-fifo.ts'
import type { StoredLease } from './stored-lease.ts'
import type { Sibling, StoredWorkflow } from './stored-workflow.ts'

export type JobLabelSet = LabelSet<StoredJob>
export type JobLease = StoredLease<StoredJob>
export type JobWorkflow = StoredWorkflow<StoredJob>

/**
 * A job as the queue holds it.
 *
 * It keeps its own places in the structures around it, which saves each of them an allocation and a search: `previous` and
 * `next` in the list of its priority while waiting and among the finished jobs later, `heapIndex` while delayed, the siblings
 * always.
 */
export class StoredJob implements Prioritized<StoredJob>, Sibling<StoredJob>, HeapItem {
  readonly job: ValidJob
  readonly workflow: JobWorkflow
  readonly labelSet: JobLabelSet
  /** Counts up over all jobs of the queue. */
  readonly serial: number
  readonly enqueuedAt: number
  state: JobState = 'waiting'
  attempt = 0
  availableAt: number
  startedAt: number | null = null
  finishedAt: number | null = null
  failure: JobFailure | null = null
  outputs: Outputs | null = null

  /** The live lease, or the last one. */
  lease: JobLease | null = null
  /** The lease that a call of its worker ended last. */
  settledLease: JobLease | null = null
  /** The leases before, oldest first. */
  pastLeases: JobLease[] | null = null

  /** Decides among waiting jobs of equal priority, and among jobs delayed to the same time: lower first. */
  sequence = 0
  previous: StoredJob | null = null
  next: StoredJob | null = null
  heapIndex = -1
  previousSibling: StoredJob | null = null
  nextSibling: StoredJob | null = null

  constructor(job: ValidJob, workflow: JobWorkflow, labelSet: JobLabelSet, serial: number, now: number) {
    this.job = job
    this.workflow = workflow
    this.labelSet = labelSet
    this.serial = serial
    this.enqueuedAt = now
    this.availableAt = now
  }

  get jobId(): string {
    return this.job.jobId
  }

  get priority(): number {
    return this.job.priority
  }
}
