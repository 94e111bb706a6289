/** A job that keeps its own neighbours among all jobs of its workflow. */
export interface Sibling<Job> {
  readonly jobId: string
  /** Counts up over all jobs. */
  readonly serial: number
  previousSibling: Job | null
  nextSibling: Job | null
}

/** The jobs of one workflow, in the order in which they were enqueued. */
export class StoredWorkflow<Job extends Sibling<Job>> {
  readonly workflowId: string
  cancelledAt: number | null = null
  readonly #jobs = new Map<string, Job>()
  #first: Job | null = null
  #last: Job | null = null

  constructor(workflowId: string) {
    this.workflowId = workflowId
  }

  get size(): number {
    return this.#jobs.size
  }

  get(jobId: string): Job | undefined {
    return this.#jobs.get(jobId)
  }

  add(job: Job): void {
    this.#jobs.set(job.jobId, job)
    job.previousSibling = this.#last
    if (this.#last) this.#last.nextSibling = job
    else this.#first = job
    this.#last = job
  }

  remove(job: Job): void {
    this.#jobs.delete(job.jobId)
    const { previousSibling, nextSibling } = job
    if (previousSibling) previousSibling.nextSibling = nextSibling
    else this.#first = nextSibling
    if (nextSibling) nextSibling.previousSibling = previousSibling
    else this.#last = previousSibling
  }

  /** The first job that was enqueued after the given one, which may have been removed since; the first of all by default. */
  firstAfter(jobId?: string, serial = -1): Job | null {
    const job = jobId === undefined ? undefined : this.#jobs.get(jobId)
    if (job?.serial === serial) return job.nextSibling
    let next = this.#first
    while (next && next.serial <= serial) next = next.nextSibling
    return next
  }

  *[Symbol.iterator](): Generator<Job> {
    for (let job = this.#first; job; job = job.nextSibling) yield job
  }
}
