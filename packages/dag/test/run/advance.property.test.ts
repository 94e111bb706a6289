import { isFinalRunJobState, RUN_JOB_STATES, type RunJob } from '@sluice/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { advance } from '../../src/run/advance.ts'
import { createRunState, restoreRunState } from '../../src/run/create-run-state.ts'
import type { JobOutcome, RunCommand } from '../../src/run/job-outcome.ts'
import { planRetry } from '../../src/run/plan-retry.ts'
import type { RunState } from '../../src/run/run-state.ts'
import { applyTransition, hasChanges, type RunTransition } from '../../src/run/run-transition.ts'
import type { Workflow, WorkflowJob } from '../../src/workflow.ts'
import { type NaiveJob, naiveDecision, naiveRun, naiveStatus } from './naive-run.ts'
import { type RandomRun, randomRun } from './random-run.ts'
import { type Draw, isEnd, SimulatedQueue } from './simulated-queue.ts'

const RUNS = 100

/** Seeds for the draws of a simulation; fast-check prints the one that fails. */
const draws = fc.infiniteStream(fc.nat()).map(
  (stream): Draw =>
    (below) =>
      (stream.next().value as number) % below,
)

describe('advance, over random workflows and outcomes in any order and repetition', { timeout: 60_000 }, () => {
  it('ends as the rules from scratch say', () => {
    fc.assert(
      fc.property(randomRun(12, fc.constant(false)), draws, (run, draw) => {
        const state = createRunState(run.workflow)
        finish(state, new SimulatedQueue(run.verdicts, draw))
        const expected = naiveRun(run.workflow, run.verdicts)
        for (const { jobId, state: ended, reason } of state.jobs) {
          const want = expected.get(jobId) as NaiveJob
          expect({ jobId, ended, reason }).toEqual({ jobId, ended: want.state, reason: want.reason })
        }
      }),
      { numRuns: RUNS },
    )
  })

  it('keeps every rule with fail-fast, cancelled jobs, cancelled runs and retries', () => {
    fc.assert(
      fc.property(randomRun(12, fc.boolean()), draws, fc.nat({ max: 2 }), (run, draw, retries) => {
        const state = createRunState(run.workflow)
        const queue = new SimulatedQueue(run.verdicts, draw)
        finish(state, queue, (step) => randomCommand(run, draw, step))
        for (let count = 0; count < retries; count++) {
          if (!retryAtRandom(state, run, draw)) return
          finish(state, queue, (step) => randomCommand(run, draw, step))
        }
      }),
      { numRuns: RUNS },
    )
  })

  it('gives the same for a batch as for its outcomes one by one', () => {
    fc.assert(
      fc.property(randomRun(12, fc.constant(false)), draws, (run, draw) => {
        const batched = createRunState(run.workflow)
        const single = createRunState(run.workflow)
        const queue = new SimulatedQueue(run.verdicts, draw)
        enqueueAll(batched, queue)
        while (!queue.isIdle) {
          const batch = queue.deliver()
          const transition = step(batched, batch)
          for (const input of batch) step(single, [input])
          expect(batched.jobs).toEqual(single.jobs)
          for (const jobId of transition.toEnqueue) queue.enqueue(jobId, 1)
        }
      }),
      { numRuns: RUNS },
    )
  })

  it('changes nothing for what it was told before', () => {
    fc.assert(
      fc.property(randomRun(10, fc.boolean()), draws, (run, draw) => {
        const state = createRunState(run.workflow)
        const queue = new SimulatedQueue(run.verdicts, draw)
        const told: JobOutcome[] = []
        enqueueAll(state, queue)
        while (!queue.isIdle) {
          const batch = queue.deliver()
          told.push(...batch)
          for (const jobId of step(state, batch).toEnqueue) queue.enqueue(jobId, 1)
          const ends = told.filter(isEnd)
          for (let count = ends.length; count > 0; count--)
            expect(hasChanges(advance(state, [ends[draw(ends.length)] as JobOutcome]))).toBe(false)
        }
      }),
      { numRuns: RUNS },
    )
  })
})

/** Runs to the end, checking every step, and the end. */
function finish(
  state: RunState,
  queue: SimulatedQueue,
  command: (step: number) => RunCommand | null = () => null,
): void {
  enqueueAll(state, queue)
  for (let count = 0; !queue.isIdle; count++) {
    const inputs: (JobOutcome | RunCommand)[] = queue.deliver()
    const wanted = command(count)
    if (wanted) inputs.push(wanted)
    const transition = step(state, inputs)
    for (const jobId of transition.toEnqueue) queue.enqueue(jobId, state.attempt)
    for (const jobId of transition.toCancel) queue.cancel(jobId)
    if (transition.cancelsWorkflow) queue.cancelAll()
  }
  step(state, [])
  checkEnd(state)
}

function enqueueAll(state: RunState, queue: SimulatedQueue): void {
  for (const { jobId, state: at, runAttempt } of state.jobs) if (at === 'queued') queue.enqueue(jobId, runAttempt)
}

/** Advances, checks that the state was left alone, that a restored state gives the same, and what the transition says. */
function step(state: RunState, inputs: readonly (JobOutcome | RunCommand)[]): RunTransition {
  const jobsBefore = [...state.jobs]
  const unmetBefore = state.unmet.slice()
  const countsBefore = { ...state.counts }
  const transition = advance(state, inputs)
  expect(state.jobs.every((job, index) => job === jobsBefore[index])).toBe(true)
  expect(state.unmet).toEqual(unmetBefore)
  expect(state.counts).toEqual(countsBefore)

  const fromStore = advance(restored(state), inputs)
  expect(plain(fromStore)).toEqual(plain(transition))

  applyTransition(state, transition)
  expect(comparable(restored(state))).toEqual(comparable(state))
  for (const [index, before] of jobsBefore.entries()) {
    if (isFinalRunJobState(before.state)) expect(state.jobs[index]).toBe(before)
  }
  for (const jobId of transition.toEnqueue) checkMayRun(state, jobId)
  return transition
}

function restored(state: RunState): RunState {
  return restoreRunState(structuredClone(state.graph.workflow), state.jobs.toReversed(), state)
}

function plain({ patch, ...transition }: RunTransition) {
  return { ...transition, failedFast: patch.failedFast }
}

function comparable(state: RunState) {
  const { attempt, status, counts, jobs, failedFast } = state
  const unmet = jobs.map((job, index) => (job.state === 'blocked' ? state.unmet[index] : null))
  return { attempt, status, counts, jobs, failedFast, unmet }
}

function checkMayRun(state: RunState, jobId: string): void {
  const { workflow } = state.graph
  const records = recordsOf(state)
  const job = definitionOf(workflow, jobId)
  for (const need of job.needs) expect(isFinalRunJobState((records.get(need) as RunJob).state)).toBe(true)
  expect(naiveDecision(workflow, job, records)).toBe('run')
}

function checkEnd(state: RunState): void {
  const { workflow } = state.graph
  const records = recordsOf(state)
  for (const job of workflow.jobs) {
    const record = records.get(job.id) as RunJob
    expect(isFinalRunJobState(record.state), `${job.id} is ${record.state}`).toBe(true)
    if (record.reason?.kind === 'failFast') expect(workflow.failFast && job.condition === 'success').toBe(true)
    else if (record.state === 'skipped' && record.runAttempt === state.attempt)
      expect(record.reason).toEqual(naiveDecision(workflow, job, records))
  }
  for (const name of RUN_JOB_STATES)
    expect(state.counts[name]).toBe(state.jobs.filter((job) => job.state === name).length)
  expect(state.status).toBe(naiveStatus(workflow, state.jobs))
}

function randomCommand({ workflow }: RandomRun, draw: Draw, step: number): RunCommand | null {
  const roll = draw(24)
  if (roll === 0 && step > 1) return { kind: 'cancelRun' }
  if (roll > 2) return null
  return { kind: 'cancelJob', jobId: (workflow.jobs[draw(workflow.jobs.length)] as WorkflowJob).id }
}

function retryAtRandom(state: RunState, { workflow }: RandomRun, draw: Draw): boolean {
  const from = draw(2) === 0 ? (workflow.jobs[draw(workflow.jobs.length)] as WorkflowJob).id : undefined
  const before = [...state.jobs]
  const attempt = state.attempt
  const mustReset = before.filter((job) =>
    from === undefined ? job.state === 'failed' || job.state === 'cancelled' : job.jobId === from,
  )
  if (mustReset.length === 0 && from === undefined && !before.some((job) => job.reason?.kind === 'failFast')) {
    expect(() => planRetry(state)).toThrow('name the job to run again from')
    return false
  }
  const transition = planRetry(state, from === undefined ? {} : { from })
  expect(state.jobs).toEqual(before)
  applyTransition(state, transition)
  expect(comparable(restored(state))).toEqual(comparable(state))
  expect(state.attempt).toBe(attempt + 1)
  const reset = new Set(state.jobs.filter((job) => job.runAttempt === state.attempt).map((job) => job.jobId))
  for (const job of mustReset) expect(reset.has(job.jobId)).toBe(true)
  for (const [index, job] of before.entries()) {
    if (!reset.has(job.jobId)) expect(state.jobs[index]).toBe(job)
    if (from === undefined && job.state === 'succeeded') expect(state.jobs[index]).toBe(job)
  }
  for (const job of workflow.jobs) {
    const isAfterReset = job.needs.some((need) => reset.has(need))
    if (isAfterReset && from !== undefined && descends(workflow, job.id, from)) expect(reset.has(job.id)).toBe(true)
    if (isAfterReset && before.find(({ jobId }) => jobId === job.id)?.state === 'skipped')
      expect(reset.has(job.id)).toBe(true)
  }
  for (const jobId of transition.toEnqueue) checkMayRun(state, jobId)
  return true
}

function descends(workflow: Workflow, jobId: string, ancestor: string): boolean {
  return jobId === ancestor || definitionOf(workflow, jobId).needs.some((need) => descends(workflow, need, ancestor))
}

function definitionOf(workflow: Workflow, jobId: string): WorkflowJob {
  return workflow.jobs.find((job) => job.id === jobId) as WorkflowJob
}

function recordsOf(state: RunState): Map<string, RunJob> {
  return new Map(state.jobs.map((job) => [job.jobId, job]))
}
