import { describe, expect, it } from 'vitest'
import { type MontageJob, type MontageOptions, montageJobs } from '../examples/montage/montage-jobs.ts'
import { montageYaml } from '../examples/montage/montage-yaml.ts'
import { overlappingPairs } from '../examples/montage/sky-grid.ts'
import { SplitMix64 } from '../examples/montage/split-mix-64.ts'

const demo: MontageOptions = { images: 121, bands: 3, seed: 1, divisor: 240 }

describe('SplitMix64', () => {
  it('draws what the reference implementation draws', () => {
    const random = new SplitMix64(1234567)
    expect([random.nextUint64(), random.nextUint64(), random.nextUint64()]).toEqual([
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
    ])
  })

  it('draws normal numbers of the given mean and variance', () => {
    const random = new SplitMix64(7)
    const draws = Array.from({ length: 20_000 }, () => random.nextNormal(5, 4))
    const mean = sum(draws) / draws.length
    expect(mean).toBeCloseTo(5, 1)
    expect(sum(draws.map((draw) => (draw - mean) ** 2)) / draws.length).toBeCloseTo(4, 0)
  })
})

describe('overlappingPairs', () => {
  it('pairs neighbours across edges and corners, in a grid of which the last row is not full', () => {
    // 0 1 2
    // 3 4
    expect(overlappingPairs(5)).toEqual([
      [0, 1],
      [0, 3],
      [0, 4],
      [1, 2],
      [1, 3],
      [1, 4],
      [2, 4],
      [3, 4],
    ])
  })

  it.each([
    [2, 1],
    [4, 6],
    [9, 20],
    [121, 420],
  ])('finds in %i images %i pairs', (images, pairs) => {
    expect(overlappingPairs(images)).toHaveLength(pairs)
  })
})

describe('montageJobs', () => {
  it('has the published number of jobs of each kind', () => {
    expect(countByTask(montageJobs(demo))).toEqual({
      mProjectPP: 363,
      mDiffFit: 1260,
      mConcatFit: 3,
      mBgModel: 3,
      mBackground: 363,
      mImgtbl: 3,
      mAdd: 3,
      mShrink: 3,
      mJPEG: 4,
    })
  })

  it('links the jobs of a band, and the bands in one picture', () => {
    const needs = Object.fromEntries(
      montageJobs({ ...demo, images: 2, bands: 2 })
        .filter(({ id }) => !id.includes('-h'))
        .map((job) => [job.id, job.needs]),
    )
    expect(needs).toEqual({
      'mProjectPP-j-1': [],
      'mProjectPP-j-2': [],
      'mDiffFit-j-1-2': ['mProjectPP-j-1', 'mProjectPP-j-2'],
      'mConcatFit-j': ['mDiffFit-j-1-2'],
      'mBgModel-j': ['mConcatFit-j'],
      'mBackground-j-1': ['mProjectPP-j-1', 'mBgModel-j'],
      'mBackground-j-2': ['mProjectPP-j-2', 'mBgModel-j'],
      'mImgtbl-j': ['mBackground-j-1', 'mBackground-j-2'],
      'mAdd-j': ['mImgtbl-j'],
      'mShrink-j': ['mAdd-j'],
      'mJPEG-j': ['mShrink-j'],
      'mJPEG-colour': ['mShrink-j', 'mShrink-h'],
    })
  })

  it('lists every job once, after all that it needs, so that there is no cycle', () => {
    const seen = new Set<string>()
    for (const { id, needs } of montageJobs(demo)) {
      expect(seen.has(id)).toBe(false)
      for (const need of needs) expect(seen.has(need)).toBe(true)
      seen.add(id)
    }
  })

  it('is decided by its seed', () => {
    const first = montageJobs(demo)
    const other = montageJobs({ ...demo, seed: 2 })
    expect(montageJobs(demo)).toEqual(first)
    expect(other.map(({ runtimeMs }) => runtimeMs)).not.toEqual(first.map(({ runtimeMs }) => runtimeMs))
    expect(other.map(({ id, needs }) => ({ id, needs }))).toEqual(first.map(({ id, needs }) => ({ id, needs })))
  })

  it.each([1, 2, 3])('keeps 10 workers busy for about 10 s in the size of the demo, with seed %i', (seed) => {
    const jobs = montageJobs({ ...demo, seed })
    const workMs = sum(jobs.map(({ runtimeMs }) => runtimeMs))
    expect(workMs / 10).toBeGreaterThan(9000)
    expect(workMs / 10).toBeLessThan(10_500)
    expect(criticalPathMs(jobs)).toBeLessThan(workMs / 10 / 4)
  })

  it.each([
    [{ images: 1 }, 'images must be an integer of at least 2'],
    [{ images: 2.5 }, 'images must be an integer of at least 2'],
    [{ bands: 4 }, 'bands must be 1, 2 or 3'],
    [{ seed: Number.NaN }, 'seed must be an integer'],
    [{ divisor: 0 }, 'divisor must be a number above 0'],
  ])('refuses %o', (options, message) => {
    expect(() => montageJobs({ ...demo, ...options })).toThrow(new RangeError(message))
  })
})

describe('montageYaml', () => {
  it('writes one job a line', () => {
    expect(
      montageYaml(montageJobs({ ...demo, images: 2, bands: 1 }))
        .split('\n')
        .slice(0, 7),
    ).toEqual([
      'name: montage',
      'jobs:',
      '  mProjectPP-j-1: { run: sleep 0.057 }',
      '  mProjectPP-j-2: { run: sleep 0.054 }',
      '  mDiffFit-j-1-2: { needs: [mProjectPP-j-1, mProjectPP-j-2], run: sleep 0.044 }',
      '  mConcatFit-j: { needs: [mDiffFit-j-1-2], priority: 1, run: sleep 0 }',
      '  mBgModel-j: { needs: [mConcatFit-j], priority: 1, run: sleep 0.001 }',
    ])
  })
})

function countByTask(jobs: readonly MontageJob[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { id } of jobs) {
    const task = id.slice(0, id.indexOf('-'))
    counts[task] = (counts[task] ?? 0) + 1
  }
  return counts
}

function criticalPathMs(jobs: readonly MontageJob[]): number {
  const endMs = new Map<string, number>()
  for (const { id, needs, runtimeMs } of jobs) {
    endMs.set(id, runtimeMs + Math.max(0, ...needs.map((need) => endMs.get(need) ?? Number.NaN)))
  }
  return Math.max(...endMs.values())
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
