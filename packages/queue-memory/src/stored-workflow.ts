import type { StoredJob } from './stored-job.ts'

/** The jobs of one workflow, in the order in which they were enqueued. */
export class StoredWorkflow {
  readonly workflowId: string
  cancelledAt: number | null = null
  readonly #jobs = new Map<string, StoredJob>()
  #first: StoredJob | null = null
  #last: StoredJob | null = null

  constructor(workflowId: string) {
    this.workflowId = workflowId
  }

  get size(): number {
    return this.#jobs.size
  }

  get(jobId: string): StoredJob | undefined {
    return this.#jobs.get(jobId)
  }

  add(job: StoredJob): void {
    this.#jobs.set(job.job.jobId, job)
    job.previousSibling = this.#last
    if (this.#last) this.#last.nextSibling = job
    else this.#first = job
    this.#last = job
  }

  remove(job: StoredJob): void {
    this.#jobs.delete(job.job.jobId)
    const { previousSibling, nextSibling } = job
    if (previousSibling) previousSibling.nextSibling = nextSibling
    else this.#first = nextSibling
    if (nextSibling) nextSibling.previousSibling = previousSibling
    else this.#last = previousSibling
  }

  /** The first job that was enqueued after the given one, which may have been removed since; the first of all by default. */
  firstAfter(jobId?: string, serial = -1): StoredJob | null {
    const job = jobId === undefined ? undefined : this.#jobs.get(jobId)
    if (job?.serial === serial) return job.nextSibling
    let next = this.#first
    while (next && next.serial <= serial) next = next.nextSibling
    return next
  }

  *[Symbol.iterator](): Generator<StoredJob> {
    for (let job = this.#first; job; job = job.nextSibling) yield job
  }
}
