import type { JobState } from '@sluice/core'
import type { ClaimWaiter } from './claim-waiter.ts'
import type { LinkedList } from './linked-list.ts'
import { type Prioritized, PriorityFifo } from './priority-fifo.ts'

/** A label set's place among those whose jobs one kind of worker can run. */
export interface Place<Job> {
  /** The claims of such workers that wait for a job. */
  readonly waiters: LinkedList<ClaimWaiter>
  /** Takes note of a head that comes earlier than the one before. */
  raise(head: Job): void
  /** Gives the place up. */
  leave(): void
}

/** The unfinished jobs that require one set of labels: those that wait, in order, and how many there are in each state. */
export class LabelSet<Job extends Prioritized<Job>> {
  readonly key: string
  readonly labels: readonly string[]
  readonly fifo = new PriorityFifo<Job>()
  /** Its place in the view of each kind of worker that can run its jobs. */
  readonly places = new Map<object, Place<Job>>()
  waiting = 0
  delayed = 0
  active = 0

  constructor(key: string, labels: readonly string[]) {
    this.key = key
    this.labels = labels
  }

  get isIdle(): boolean {
    return this.waiting === 0 && this.delayed === 0 && this.active === 0
  }

  /** Adds to the count of jobs in a state; finished ones are not counted. */
  count(state: JobState, change: 1 | -1): void {
    if (state === 'waiting' || state === 'delayed' || state === 'active') this[state] += change
  }
}
