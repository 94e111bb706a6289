import { type LabelSetStats, labelSetKey } from '@sluice/core'
import { LabelSet } from './label-set.ts'
import { LabelView } from './label-view.ts'
import type { JobLabelSet, StoredJob } from './stored-job.ts'

/** Views kept, unless more are in use by claims that wait. */
const MAX_VIEWS = 256
/** Label sets kept though they have no unfinished job. */
const MAX_IDLE_SETS = 1024

/**
 * The waiting jobs by label set, and for each kind of worker the order in which it gets them: the highest priority first, then
 * the longest in the queue, over all label sets that the worker matches.
 */
export class LabelIndex {
  readonly #sets = new Map<string, JobLabelSet>()
  readonly #idleSets = new Set<JobLabelSet>()
  /** The least recently used first. */
  readonly #views = new Map<string, LabelView>()
  #latestView: LabelView | undefined
  #back = 0
  #front = 0

  /** The set of canonical labels to which a new job belongs. */
  setFor(labels: readonly string[]): JobLabelSet {
    const key = labelSetKey(labels)
    const known = this.#sets.get(key)
    if (known) {
      if (this.#idleSets.size > 0) this.#idleSets.delete(known)
      return known
    }
    const set = new LabelSet<StoredJob>(key, labels)
    this.#sets.set(key, set)
    for (const view of this.#views.values()) view.include(set)
    return set
  }

  /** The view of workers with these canonical labels. */
  viewFor(labels: readonly string[]): LabelView {
    if (this.#latestView && areEqual(this.#latestView.labels, labels)) return this.#latestView
    const key = labelSetKey(labels)
    const known = this.#views.get(key)
    if (known) this.#views.delete(key)
    const view = known ?? this.#createView(labels)
    this.#views.set(key, view)
    this.#latestView = view
    return view
  }

  /** Adds a job at the back of its priority. */
  push(job: StoredJob): void {
    job.sequence = ++this.#back
    job.labelSet.fifo.push(job)
    this.#raise(job)
  }

  /** Adds a job at the front of its priority, before those of all label sets. */
  unshift(job: StoredJob): void {
    job.sequence = --this.#front
    job.labelSet.fifo.unshift(job)
    this.#raise(job)
  }

  remove(job: StoredJob): void {
    job.labelSet.fifo.remove(job)
  }

  /** Notes that a label set has no unfinished job; in time it is forgotten. */
  retire(set: JobLabelSet): void {
    this.#idleSets.add(set)
    if (this.#idleSets.size <= MAX_IDLE_SETS) return
    const oldest = this.#idleSets.values().next().value as JobLabelSet
    this.#idleSets.delete(oldest)
    this.#sets.delete(oldest.key)
    for (const place of oldest.places.values()) place.leave()
  }

  /** Counts the unfinished jobs of each label set that has any. */
  stats(): LabelSetStats[] {
    const stats: LabelSetStats[] = []
    for (const { labels, waiting, delayed, active, isIdle } of this.#sets.values()) {
      if (!isIdle) stats.push({ labels: [...labels], waiting, delayed, active })
    }
    return stats
  }

  #raise(job: StoredJob): void {
    if (job.labelSet.fifo.head !== job) return
    for (const place of job.labelSet.places.values()) place.raise(job)
  }

  #createView(labels: readonly string[]): LabelView {
    if (this.#views.size >= MAX_VIEWS) this.#dropIdleViews()
    const view = new LabelView(labels)
    for (const set of this.#sets.values()) view.include(set)
    return view
  }

  /** Makes room for one more view. */
  #dropIdleViews(): void {
    for (const [key, view] of this.#views) {
      if (this.#views.size < MAX_VIEWS) return
      if (view.waiters.size > 0) continue
      this.#views.delete(key)
      for (const set of this.#sets.values()) set.places.delete(view)
    }
  }
}

function areEqual(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((label, index) => label === b[index]))
}
