import {
  CapacityExceededError,
  JOB_STATES,
  JobNotFoundError,
  type JobState,
  type ValidJob,
  WorkflowCancelledError,
} from '@sluice/core'
import type { LabelIndex } from './label-index.ts'
import { LinkedList } from './linked-list.ts'
import { type JobWorkflow, StoredJob } from './stored-job.ts'
import { StoredWorkflow } from './stored-workflow.ts'

type TerminalState = 'completed' | 'failed' | 'cancelled'

/** Every job that the queue retains, by workflow and id, counted by state. */
export class JobTable {
  readonly counts: Record<JobState, number> = zeroCounts()
  readonly #workflows = new Map<string, JobWorkflow>()
  /** The workflows that were cancelled, the first first. */
  readonly #cancelled = new Set<JobWorkflow>()
  /** The jobs that have ended, the first first. */
  readonly #finished = new LinkedList<StoredJob>()
  readonly #index: LabelIndex
  readonly #maxJobs: number
  #size = 0
  #serial = 0

  constructor(index: LabelIndex, maxJobs: number) {
    this.#index = index
    this.#maxJobs = maxJobs
  }

  /**
   * Adds a job in the state `waiting`; `null` if there is one of its name.
   *
   * @throws {WorkflowCancelledError}
   * @throws {CapacityExceededError}
   */
  add(job: ValidJob, now: number): StoredJob | null {
    const { workflowId, jobId } = job
    let workflow = this.#workflows.get(workflowId)
    if (workflow) {
      if (workflow.cancelledAt !== null) throw new WorkflowCancelledError(workflowId)
      if (workflow.get(jobId)) return null
    }
    if (this.#size >= this.#maxJobs) {
      throw new CapacityExceededError(`it retains ${this.#size} jobs; purge finished ones, or raise maxJobs`)
    }
    workflow ??= this.#addWorkflow(workflowId)
    const labelSet = this.#index.setFor(job.requiredLabels)
    const stored = new StoredJob(job, workflow, labelSet, this.#serial++, now)
    workflow.add(stored)
    this.#size++
    this.counts.waiting++
    labelSet.count('waiting', 1)
    return stored
  }

  find(workflowId: string, jobId: string): StoredJob | undefined {
    return this.#workflows.get(workflowId)?.get(jobId)
  }

  /** @throws {JobNotFoundError} */
  get(workflowId: string, jobId: string): StoredJob {
    const job = this.find(workflowId, jobId)
    if (job === undefined) throw new JobNotFoundError(workflowId, jobId)
    return job
  }

  workflow(workflowId: string): JobWorkflow | undefined {
    return this.#workflows.get(workflowId)
  }

  setState(job: StoredJob, state: JobState): void {
    this.counts[job.state]--
    job.labelSet.count(job.state, -1)
    job.state = state
    this.counts[state]++
    job.labelSet.count(state, 1)
  }

  finish(job: StoredJob, state: TerminalState, now: number): void {
    this.setState(job, state)
    job.finishedAt = now
    this.#finished.push(job)
    if (job.labelSet.isIdle) this.#index.retire(job.labelSet)
  }

  /** Marks a workflow as cancelled, whether it has jobs or not. */
  markCancelled(workflowId: string, now: number): JobWorkflow {
    const workflow = this.#workflows.get(workflowId) ?? this.#addWorkflow(workflowId)
    if (workflow.cancelledAt === null) {
      workflow.cancelledAt = now
      this.#cancelled.add(workflow)
    }
    return workflow
  }

  /** Removes the jobs that ended before a time, the marks of cancelled workflows that are as old and empty, and hands over each job. */
  purge(before: number, onRemove: (job: StoredJob) => void): number {
    let removed = 0
    for (let job = this.#finished.first; job && (job.finishedAt as number) < before; job = this.#finished.first) {
      this.#remove(job)
      onRemove(job)
      removed++
    }
    for (const workflow of this.#cancelled) {
      if ((workflow.cancelledAt as number) >= before) break
      if (workflow.size > 0) continue
      this.#cancelled.delete(workflow)
      this.#workflows.delete(workflow.workflowId)
    }
    return removed
  }

  #remove(job: StoredJob): void {
    const { workflow } = job
    this.#finished.remove(job)
    workflow.remove(job)
    if (workflow.size === 0 && workflow.cancelledAt === null) this.#workflows.delete(workflow.workflowId)
    this.counts[job.state]--
    this.#size--
  }

  #addWorkflow(workflowId: string): JobWorkflow {
    const workflow = new StoredWorkflow<StoredJob>(workflowId)
    this.#workflows.set(workflowId, workflow)
    return workflow
  }
}

function zeroCounts(): Record<JobState, number> {
  return Object.fromEntries(JOB_STATES.map((state) => [state, 0])) as Record<JobState, number>
}
