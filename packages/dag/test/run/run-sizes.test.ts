import { describe, expect, it } from 'vitest'
import { advance } from '../../src/run/advance.ts'
import { createRunState, restoreRunState } from '../../src/run/create-run-state.ts'
import { applyTransition } from '../../src/run/run-transition.ts'
import type { Workflow } from '../../src/workflow.ts'
import { RunDriver } from './run-driver.ts'
import { chainWorkflow, fanWorkflow, layeredWorkflow } from './workflows.ts'

/** Ends every job with success, each with a transition of its own, and returns how many records were written. */
function runToEnd(workflow: Workflow): number {
  const run = new RunDriver(workflow)
  const queue = run.state.jobs.filter((job) => job.state === 'queued').map((job) => job.jobId)
  let written = 0
  for (const jobId of queue) {
    const transition = run.take(run.succeeded(jobId))
    written += transition.jobs.length
    queue.push(...transition.toEnqueue)
  }
  expect(run.state).toMatchObject({ status: 'succeeded', counts: { succeeded: workflow.jobs.length } })
  return written
}

describe('runs of 100,000 jobs', { timeout: 60_000 }, () => {
  it.each([
    ['wide', fanWorkflow(99_998)],
    ['a deep chain', chainWorkflow(100_000)],
    ['layers in which each job needs all of the one before', layeredWorkflow(10, 10_000)],
  ])('end, and touch each record twice: %s', (_, workflow) => {
    const roots = workflow.jobs.filter((job) => job.needs.length === 0).length
    expect(runToEnd(workflow)).toBe(2 * workflow.jobs.length - roots)
  })

  it('skip a deep chain in one transition', () => {
    const run = new RunDriver(chainWorkflow(100_000))
    const transition = run.take(run.failed('c0'))
    expect(transition).toMatchObject({ finished: true, status: 'failed', counts: { failed: 1, skipped: 99_999 } })
    expect(run.reason('c99999')).toEqual({ kind: 'dependency', because: 'c0' })
  })

  it('are cancelled, and restored from what is stored', () => {
    const workflow = fanWorkflow(99_998)
    const state = createRunState(workflow)
    applyTransition(state, advance(state, [{ kind: 'cancelRun' }]))
    expect(state.counts).toMatchObject({ queued: 1, cancelled: 99_999 })
    const restored = restoreRunState({ ...workflow }, state.jobs, state)
    expect(restored.counts).toEqual(state.counts)
  })
})
