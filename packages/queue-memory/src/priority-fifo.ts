import { type Linked, LinkedList } from './linked-list.ts'

/** Something that waits its turn by priority, higher first. */
export interface Prioritized<Job> extends Linked<Job> {
  readonly priority: number
}

interface Lane<Job extends Linked<Job>> {
  readonly priority: number
  readonly jobs: LinkedList<Job>
}

/** The waiting jobs of one label set: by priority, and first in, first out within each. */
export class PriorityFifo<Job extends Prioritized<Job>> {
  /** One for each priority that has jobs, the highest last. */
  readonly #lanes: Lane<Job>[] = []

  /** The job that comes first. */
  get head(): Job | null {
    const { length } = this.#lanes
    return length === 0 ? null : (this.#lanes[length - 1] as Lane<Job>).jobs.first
  }

  push(job: Job): void {
    this.#laneFor(job.priority).jobs.push(job)
  }

  unshift(job: Job): void {
    this.#laneFor(job.priority).jobs.unshift(job)
  }

  remove(job: Job): void {
    const index = this.#search(job.priority)
    const { jobs } = this.#lanes[index] as Lane<Job>
    jobs.remove(job)
    if (jobs.size === 0) this.#lanes.splice(index, 1)
  }

  /** Counts the jobs that come before one. */
  position(job: Job): number {
    let before = 0
    for (let other = job.previous; other; other = other.previous) before++
    for (const lane of this.#lanes) if (lane.priority > job.priority) before += lane.jobs.size
    return before
  }

  #laneFor(priority: number): Lane<Job> {
    const index = this.#search(priority)
    const found = this.#lanes[index]
    if (found?.priority === priority) return found
    const lane = { priority, jobs: new LinkedList<Job>() }
    this.#lanes.splice(index, 0, lane)
    return lane
  }

  /** The index of the lane with this priority, or the one at which it belongs. */
  #search(priority: number): number {
    let low = 0
    let high = this.#lanes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#lanes[middle] as Lane<Job>).priority < priority) low = middle + 1
      else high = middle
    }
    return low
  }
}
