import { canonicalLabelSet, isLabelSubset } from '@sluice/core'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { LabelIndex } from '../src/label-index.ts'
import { LabelView } from '../src/label-view.ts'
import type { StoredJob } from '../src/stored-job.ts'
import { createJob } from './waiting-jobs.ts'

const labels = fc.uniqueArray(fc.constantFrom('arm', 'gpu', 'linux', 'x64'), { maxLength: 3 }).map(canonicalLabelSet)

/** A number chosen among jobs is taken modulo how many there are. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('push' as const), labels, priority: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('claim' as const), labels }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const), job: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), job: fc.nat() }) },
)

/** The plain model: all waiting jobs in one list, in the order of their turn among equals. */
class NaiveIndex {
  readonly waiting: StoredJob[] = []

  head(worker: readonly string[]): StoredJob | null {
    let best: StoredJob | null = null
    for (const job of this.waiting) {
      if (!isLabelSubset(job.job.requiredLabels, worker)) continue
      if (best === null || job.job.priority > best.job.priority) best = job
    }
    return best
  }

  remove(job: StoredJob): void {
    this.waiting.splice(this.waiting.indexOf(job), 1)
  }
}

describe('the label index', () => {
  it('gives each worker the job that a search through all jobs finds', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const index = new LabelIndex()
        const naive = new NaiveIndex()
        const claimed: StoredJob[] = []
        for (const action of steps) {
          if (action.kind === 'push') {
            const job = createJob(index, action.labels, action.priority)
            index.push(job)
            naive.waiting.push(job)
          } else if (action.kind === 'claim') {
            const job = index.viewFor(action.labels).head()
            expect(job?.job.jobId).toBe(naive.head(action.labels)?.job.jobId)
            if (job === null) continue
            index.remove(job)
            naive.remove(job)
            claimed.push(job)
          } else if (action.kind === 'release' && claimed.length > 0) {
            const [job] = claimed.splice(action.job % claimed.length, 1) as [StoredJob]
            index.unshift(job)
            naive.waiting.unshift(job)
          } else if (action.kind === 'cancel' && naive.waiting.length > 0) {
            const job = naive.waiting[action.job % naive.waiting.length] as StoredJob
            index.remove(job)
            naive.remove(job)
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('counts the jobs of the label set that come before one', () => {
    const index = new LabelIndex()
    const jobs = [0, 5, 0, 5, 9].map((priority) => createJob(index, ['gpu'], priority))
    for (const job of jobs) index.push(job)
    index.push(createJob(index, [], 9))
    expect(jobs.map((job) => job.labelSet.fifo.position(job))).toEqual([3, 1, 4, 2, 0])
  })

  it('still serves a kind of worker after hundreds of other kinds', () => {
    const index = new LabelIndex()
    const job = createJob(index, ['gpu'])
    index.push(job)
    expect(index.viewFor(['gpu']).head()).toBe(job)
    for (let kind = 0; kind < 600; kind++) expect(index.viewFor([`host-${kind}`]).head()).toBeNull()
    expect(index.viewFor(['gpu']).head()).toBe(job)
    expect(job.labelSet.places.size).toBe(1)
  })

  it('keeps no view of workers that no longer ask', () => {
    const index = new LabelIndex()
    const job = createJob(index)
    index.push(job)
    for (let kind = 0; kind < 1000; kind++) index.viewFor([`host-${kind}`])
    expect(job.labelSet.places.size).toBeLessThanOrEqual(256)
  })

  it('forgets label sets that have no unfinished jobs, and knows them again', () => {
    const index = new LabelIndex()
    const view = index.viewFor(['host-7'])
    for (let set = 0; set < 5000; set++) {
      const job = createJob(index, [`host-${set}`])
      index.push(job)
      index.remove(job)
      index.retire(job.labelSet)
    }
    const include = vi.spyOn(LabelView.prototype, 'include')
    index.viewFor(['host-8'])
    expect(include.mock.calls.length).toBeLessThanOrEqual(1024)
    include.mockRestore()
    const again = createJob(index, ['host-7'])
    index.push(again)
    expect(view.head()).toBe(again)
  })
})

describe('the cost of a claim', () => {
  it('touches no job that the worker cannot run', () => {
    const index = new LabelIndex()
    const others = Array.from({ length: 10_000 }, (_, at) => createJob(index, [`pool-${at % 1000}`], at % 5))
    for (const job of others) index.push(job)
    const view = index.viewFor(['gpu'])
    let touched = 0
    for (const job of others) countReads(job, () => touched++)
    const mine = Array.from({ length: 100 }, () => createJob(index, ['gpu']))
    for (const job of mine) index.push(job)
    for (const job of mine) {
      expect(view.head()).toBe(job)
      index.remove(job)
    }
    expect(view.head()).toBeNull()
    expect(touched).toBe(0)
  })

  it.each([1, 1000])('is the same for a short and a long queue over %d label sets', (setCount) => {
    const readsOfClaims = (jobCount: number) => {
      const index = new LabelIndex()
      const worker = canonicalLabelSet(Array.from({ length: 32 }, (_, at) => `label-${at}`))
      const pairs = worker.flatMap((a, at) => worker.slice(at).map((b) => canonicalLabelSet([a, b])))
      let reads = 0
      for (let at = 0; at < jobCount; at++) {
        const job = createJob(index, pairs[at % Math.min(setCount, pairs.length)])
        index.push(job)
        countReads(job, () => reads++)
      }
      for (let claims = 0; claims < 200; claims++) {
        const job = index.viewFor(worker).head() as StoredJob
        index.remove(job)
      }
      return reads
    }
    expect(readsOfClaims(10_000)).toBeLessThanOrEqual(1.1 * readsOfClaims(1000))
  })
})

/** Calls back whenever the place of a job among others is looked at. */
function countReads(job: StoredJob, onRead: () => void): void {
  const { sequence } = job
  Object.defineProperty(job, 'sequence', {
    get: () => {
      onRead()
      return sequence
    },
  })
}
