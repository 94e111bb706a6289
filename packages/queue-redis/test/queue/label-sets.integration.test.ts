import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { RedisJobQueue } from '../../src/queue/redis-job-queue.ts'
import { testNamespace } from '../redis-server.ts'

const { options, dispose } = await testNamespace()
const queue = await RedisJobQueue.open(options)

afterAll(async () => {
  await queue.close()
  await dispose()
})

const LABELS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const labels = fc.subarray(LABELS)
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('enqueue' as const), labels, priority: fc.nat({ max: 2 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('claim' as const), labels, limit: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), index: fc.nat() }) },
)

interface Waiting {
  readonly jobId: string
  readonly labels: readonly string[]
  readonly priority: number
}

/** Removes from the waiting jobs those that come first for a worker, by priority and then by age over all label sets. */
function takeFirst(waiting: Waiting[], offered: readonly string[], limit: number): string[] {
  const fitting = waiting.filter((job) => job.labels.every((label) => offered.includes(label)))
  const first = fitting.sort((one, other) => other.priority - one.priority).slice(0, limit)
  for (const job of first) waiting.splice(waiting.indexOf(job), 1)
  return first.map(({ jobId }) => jobId)
}

test('workers of few labels and of many get jobs by priority, then by age over all label sets', {
  timeout: 60_000,
}, async () => {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 120 }), async (steps) => {
      const workflowId = `run ${runs++}`
      const waiting: Waiting[] = []
      for (const [index, each] of steps.entries()) {
        if (each.kind === 'enqueue') {
          const job = { jobId: `${index}`, labels: each.labels, priority: each.priority }
          const { jobId, labels: requiredLabels, priority } = job
          await queue.enqueue({ workflowId, jobId, command: 'make', requiredLabels, priority })
          waiting.push(job)
        } else if (each.kind === 'cancel') {
          const [job] = waiting.splice(each.index % (waiting.length || 1), 1)
          if (job) await queue.cancel(workflowId, job.jobId)
        } else {
          const claimed = await queue.claimMany({
            workerId: 'w',
            labels: each.labels,
            leaseTtlMs: 60_000,
            limit: each.limit,
          })
          expect(claimed.map(({ job }) => job.jobId)).toEqual(takeFirst(waiting, each.labels, each.limit))
        }
      }
      await queue.cancelWorkflow(workflowId)
    }),
    { numRuns: Number(process.env.SLUICE_RUNS ?? 15), interruptAfterTimeLimit: 40_000 },
  )
  expect((await queue.stats()).byLabelSet).toEqual([])
})
