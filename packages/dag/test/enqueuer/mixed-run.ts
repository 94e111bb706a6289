import { expect } from 'vitest'
import { workflowFrom } from '../run/workflows.ts'
import type { TestBed, Work } from './test-bed.ts'

/** Something of everything: a fan-out, a fan-in, a failure, what it skips, what runs nevertheless. */
export const NEEDS = { a: '', b: 'a', c: 'a', bad: 'a', d: 'b c', lost: 'bad', clean: 'lost d', alarm: 'bad' }
export const CONDITIONS = { clean: 'always', alarm: 'failure' } as const
export const WORKFLOW = workflowFrom(NEEDS, CONDITIONS)
export const ENDED = {
  a: 'succeeded',
  b: 'succeeded',
  c: 'succeeded',
  bad: 'failed',
  d: 'succeeded',
  lost: 'skipped',
  clean: 'succeeded',
  alarm: 'succeeded',
}

export const WORK: Work = ({ job }) => (job.jobId === 'bad' ? { failure: { message: 'no' } } : { of: job.jobId })

/** Every job ran at most once in an attempt, and got the outputs of all that it needs. */
export async function checkClaims(bed: TestBed): Promise<void> {
  const names = bed.claims.map(({ job }) => `${job.workflowId} ${job.jobId}`)
  expect(new Set(names).size).toBe(names.length)
  const states = await bed.states('r')
  for (const { job } of bed.claims) {
    const needs = (NEEDS[job.jobId as keyof typeof NEEDS] || undefined)?.split(' ') ?? []
    const given = needs.filter((need) => states[need] === 'succeeded').map((need) => [need, { of: need }])
    expect(job.upstreamOutputs ?? {}).toEqual(Object.fromEntries(given))
  }
}
