import { criticalPath, defineWorkflow, makespanLowerBoundMs, type Workflow } from '@sluice/dag'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryWorkflow } from '../arbitrary-workflow.ts'

/** The length of the longest chain that ends with a job, by trying them all. */
function longestTo(workflow: Workflow, id: string, durationOf: (id: string) => number): number {
  const job = workflow.jobs.find((candidate) => candidate.id === id)
  return durationOf(id) + Math.max(0, ...(job?.needs ?? []).map((needed) => longestTo(workflow, needed, durationOf)))
}

const diamond = defineWorkflow({ name: 'Diamond' })
  .job('start', { run: '1' })
  .job('short', { run: '2', needs: ['start'] })
  .job('long', { run: '5', needs: ['start'] })
  .job('end', { run: '1', needs: ['short', 'long'] })
  .job('apart', { run: '6' })
  .build()

const durationOf = (job: { command: string }) => Number(job.command)

describe('criticalPath', { timeout: 60_000 }, () => {
  it('is the longest chain', () => {
    expect(criticalPath(diamond, durationOf)).toEqual({ lengthMs: 7, jobs: ['start', 'long', 'end'] })
  })

  it('is the same length as by trying all chains', () => {
    fc.assert(
      fc.property(arbitraryWorkflow, fc.array(fc.nat(5), { minLength: 8, maxLength: 8 }), (workflow, durations) => {
        const of = new Map(workflow.jobs.map(({ id }, index) => [id, durations[index] as number]))
        const { lengthMs, jobs } = criticalPath(workflow, ({ id }) => of.get(id) as number)
        const longest = workflow.jobs.map(({ id }) => longestTo(workflow, id, (job) => of.get(job) as number))
        expect(lengthMs).toBe(Math.max(...longest))
        expect(jobs.reduce((sum, id) => sum + (of.get(id) as number), 0)).toBe(lengthMs)
        for (const [index, id] of jobs.entries()) {
          if (index === 0) continue
          expect(workflow.jobs.find((job) => job.id === id)?.needs).toContain(jobs[index - 1])
        }
      }),
    )
  })

  it('takes a chain of 100,000 jobs', () => {
    const builder = defineWorkflow({ name: 'Chain' })
    for (let index = 0; index < 100_000; index++)
      builder.addJob(`${index}`, { run: '1', needs: index === 0 ? [] : [`${index - 1}`] })
    expect(criticalPath(builder.build(), () => 1).lengthMs).toBe(100_000)
  })
})

describe('makespanLowerBoundMs', () => {
  it.each([
    [1, 15],
    [2, 7.5],
    [3, 7],
  ])('with %d workers', (workers, lowerBoundMs) => {
    expect(makespanLowerBoundMs(diamond, durationOf, workers)).toBe(lowerBoundMs)
  })
})
