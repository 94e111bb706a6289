import type { JobState } from '@sluice/core'
import type { LabelView, ViewEntry } from './label-view.ts'
import { PriorityFifo } from './priority-fifo.ts'

/** The unfinished jobs that require one set of labels: those that wait, in order, and how many there are in each state. */
export class LabelSet {
  readonly key: string
  readonly labels: readonly string[]
  readonly fifo = new PriorityFifo()
  /** Its places in the views of all workers that may run its jobs. */
  readonly entries = new Map<LabelView, ViewEntry>()
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
