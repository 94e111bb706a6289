import { isLabelSubset } from '@sluice/core'
import { BinaryHeap, type HeapItem } from './binary-heap.ts'
import type { ClaimWaiter } from './claim-waiter.ts'
import type { LabelSet } from './label-set.ts'
import { LinkedList } from './linked-list.ts'
import type { StoredJob } from './stored-job.ts'

/** A label set's place in a view: the priority and sequence that its head had when it was last looked at. */
export class ViewEntry implements HeapItem {
  readonly set: LabelSet
  readonly view: LabelView
  priority = 0
  sequence = 0
  heapIndex = -1

  constructor(set: LabelSet, view: LabelView) {
    this.set = set
    this.view = view
  }
}

/**
 * What the workers with one set of labels can run: the label sets that match, ordered by their heads.
 *
 * A head that got better must be reported by `raise`. One that got worse is found out when it comes up, so that a claim costs
 * nothing in the views of other workers.
 */
export class LabelView {
  readonly labels: readonly string[]
  /** The claims of such workers that wait for a job. */
  readonly waiters = new LinkedList<ClaimWaiter>()
  readonly #heap = new BinaryHeap<ViewEntry>(comesBefore)

  constructor(labels: readonly string[]) {
    this.labels = labels
  }

  /** Takes a label set in, if its jobs are for these workers. */
  include(set: LabelSet): void {
    if (!isLabelSubset(set.labels, this.labels)) return
    const entry = new ViewEntry(set, this)
    set.entries.set(this, entry)
    const { head } = set.fifo
    if (head) this.raise(entry, head)
  }

  /** Takes note of a head that comes earlier than the one before. */
  raise(entry: ViewEntry, head: StoredJob): void {
    entry.priority = head.job.priority
    entry.sequence = head.sequence
    if (entry.heapIndex < 0) this.#heap.push(entry)
    else this.#heap.update(entry)
  }

  /** Drops a label set's place. */
  exclude(entry: ViewEntry): void {
    this.#heap.remove(entry)
  }

  /** The job that comes first of all that these workers can run. */
  head(): StoredJob | null {
    for (let entry = this.#heap.top; entry; entry = this.#heap.top) {
      const { head } = entry.set.fifo
      if (head === null) this.#heap.remove(entry)
      else if (head.sequence === entry.sequence && head.job.priority === entry.priority) return head
      else this.raise(entry, head)
    }
    return null
  }
}

function comesBefore(a: ViewEntry, b: ViewEntry): boolean {
  return a.priority === b.priority ? a.sequence < b.sequence : a.priority > b.priority
}
