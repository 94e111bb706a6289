import { isLabelSubset } from '@sluice/core'
import { BinaryHeap, type HeapItem } from './binary-heap.ts'
import type { ClaimWaiter } from './claim-waiter.ts'
import type { Place } from './label-set.ts'
import { LinkedList } from './linked-list.ts'
import type { JobLabelSet, StoredJob } from './stored-job.ts'

/** A label set's place in a view, by the priority and sequence that its head had when it was last looked at. */
class ViewPlace implements Place<StoredJob>, HeapItem {
  readonly set: JobLabelSet
  readonly waiters: LinkedList<ClaimWaiter>
  readonly #heap: BinaryHeap<ViewPlace>
  priority = 0
  sequence = 0
  heapIndex = -1

  constructor(set: JobLabelSet, waiters: LinkedList<ClaimWaiter>, heap: BinaryHeap<ViewPlace>) {
    this.set = set
    this.waiters = waiters
    this.#heap = heap
  }

  isAt(head: StoredJob): boolean {
    return head.sequence === this.sequence && head.priority === this.priority
  }

  raise(head: StoredJob): void {
    this.priority = head.priority
    this.sequence = head.sequence
    if (this.heapIndex < 0) this.#heap.push(this)
    else this.#heap.update(this)
  }

  leave(): void {
    this.#heap.remove(this)
  }
}

/**
 * What the workers with one set of labels can run: the label sets that match, ordered by their heads.
 *
 * A head that got better must be reported to its place. One that got worse is found out when it comes up, so that a claim costs
 * nothing in the views of other workers.
 */
export class LabelView {
  readonly labels: readonly string[]
  /** The claims of such workers that wait for a job. */
  readonly waiters = new LinkedList<ClaimWaiter>()
  readonly #heap = new BinaryHeap<ViewPlace>(comesBefore)

  constructor(labels: readonly string[]) {
    this.labels = labels
  }

  /** Takes a label set in, if its jobs are for these workers. */
  include(set: JobLabelSet): void {
    if (!isLabelSubset(set.labels, this.labels)) return
    const place = new ViewPlace(set, this.waiters, this.#heap)
    set.places.set(this, place)
    const { head } = set.fifo
    if (head) place.raise(head)
  }

  /** The job that comes first of all that these workers can run. */
  head(): StoredJob | null {
    for (let place = this.#heap.top; place; place = this.#heap.top) {
      const { head } = place.set.fifo
      if (head === null) place.leave()
      else if (place.isAt(head)) return head
      else place.raise(head)
    }
    return null
  }
}

function comesBefore(a: ViewPlace, b: ViewPlace): boolean {
  return a.priority === b.priority ? a.sequence < b.sequence : a.priority > b.priority
}
