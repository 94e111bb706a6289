import fc from 'fast-check'
import type { Workflow } from '../../src/workflow.ts'
import { type JobSketch, workflowOf } from './workflows.ts'

/** How a job would end if it ran, and after how many retries. */
export interface Verdict {
  readonly end: 'succeeded' | 'failed' | 'cancelled'
  readonly retries: number
}

/** A workflow, and what each of its jobs would do. */
export interface RandomRun {
  readonly workflow: Workflow
  readonly verdicts: ReadonlyMap<string, Verdict>
}

const CONDITIONS = ['success', 'success', 'success', 'failure', 'always'] as const
const ENDS = ['succeeded', 'succeeded', 'succeeded', 'failed', 'cancelled'] as const

/** Workflows of up to `maxJobs` jobs, written in an order in which needs may come after what needs them. */
export function randomRun(maxJobs: number, failFast: fc.Arbitrary<boolean>): fc.Arbitrary<RandomRun> {
  const shape = fc.record({
    needs: fc.uniqueArray(fc.nat({ max: maxJobs - 1 }), { maxLength: 4 }),
    condition: fc.constantFrom(...CONDITIONS),
    continueOnError: fc.nat({ max: 4 }).map((n) => n === 0),
    end: fc.constantFrom(...ENDS),
    retries: fc.nat({ max: 2 }),
    place: fc.nat(),
  })
  return fc.tuple(fc.array(shape, { minLength: 1, maxLength: maxJobs }), failFast).map(([shapes, fast]) => {
    const sketches = shapes.map(({ needs, condition, continueOnError, place }, index) => {
      const earlier = [...new Set(needs.filter(() => index > 0).map((need) => `j${need % index}`))]
      return { id: `j${index}`, needs: earlier, condition, continueOnError, place }
    })
    const order = [...sketches].sort((a, b) => a.place - b.place)
    const jobs = order.map(({ place, ...sketch }): JobSketch => sketch)
    const verdicts = new Map(shapes.map(({ end, retries }, index) => [`j${index}`, { end, retries }]))
    return { workflow: workflowOf(jobs, { failFast: fast }), verdicts }
  })
}
