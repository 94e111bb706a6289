import { LinkedList } from './linked-list.ts'
import type { StoredJob } from './stored-job.ts'

interface Lane {
  readonly priority: number
  readonly jobs: LinkedList<StoredJob>
}

/** The waiting jobs of one label set: by priority, and first in, first out within each. */
export class PriorityFifo {
  /** One for each priority that has jobs, the highest last. */
  readonly #lanes: Lane[] = []

  /** The job that comes first. */
  get head(): StoredJob | null {
    const { length } = this.#lanes
    return length === 0 ? null : (this.#lanes[length - 1] as Lane).jobs.first
  }

  push(job: StoredJob): void {
    this.#laneFor(job.job.priority).jobs.push(job)
  }

  unshift(job: StoredJob): void {
    this.#laneFor(job.job.priority).jobs.unshift(job)
  }

  remove(job: StoredJob): void {
    const index = this.#search(job.job.priority)
    const { jobs } = this.#lanes[index] as Lane
    jobs.remove(job)
    if (jobs.size === 0) this.#lanes.splice(index, 1)
  }

  /** Counts the jobs that come before one. */
  position(job: StoredJob): number {
    let before = 0
    for (let other = job.previous; other; other = other.previous) before++
    for (const lane of this.#lanes) if (lane.priority > job.job.priority) before += lane.jobs.size
    return before
  }

  #laneFor(priority: number): Lane {
    const index = this.#search(priority)
    const found = this.#lanes[index]
    if (found?.priority === priority) return found
    const lane = { priority, jobs: new LinkedList<StoredJob>() }
    this.#lanes.splice(index, 0, lane)
    return lane
  }

  /** The index of the lane with this priority, or the one at which it belongs. */
  #search(priority: number): number {
    let low = 0
    let high = this.#lanes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#lanes[middle] as Lane).priority < priority) low = middle + 1
      else high = middle
    }
    return low
  }
}
