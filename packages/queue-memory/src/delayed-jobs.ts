import { BinaryHeap } from './binary-heap.ts'
import type { StoredJob } from './stored-job.ts'

/** The jobs whose time has not come, by that time, and in the order in which they were added where it is the same. */
export class DelayedJobs {
  readonly #heap = new BinaryHeap<StoredJob>((a, b) =>
    a.availableAt === b.availableAt ? a.sequence < b.sequence : a.availableAt < b.availableAt,
  )
  #sequence = 0

  /** When the next job is due. */
  get nextAt(): number | undefined {
    return this.#heap.top?.availableAt
  }

  push(job: StoredJob): void {
    job.sequence = this.#sequence++
    this.#heap.push(job)
  }

  remove(job: StoredJob): void {
    this.#heap.remove(job)
  }

  /** Takes out the next job that is due. */
  takeDue(now: number): StoredJob | undefined {
    const job = this.#heap.top
    if (job === undefined || job.availableAt > now) return undefined
    this.#heap.remove(job)
    return job
  }
}
