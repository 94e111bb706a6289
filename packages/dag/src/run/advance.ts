import { isFinalRunJobState, type RunJob, type RunJobReason } from '@sluice/core'
import { isFatal } from './job-condition.ts'
import type { JobOutcome, RunCommand } from './job-outcome.ts'
import { RunDraft } from './run-draft.ts'
import type { RunState } from './run-state.ts'
import type { RunTransition } from './run-transition.ts'

/**
 * Computes what outcomes and commands change in a run, one after the other, and leaves the state as it is.
 *
 * Late, repeated and reordered outcomes change nothing: within an attempt of a run a final job stays as it is. The cost is that of
 * the dependents of the jobs that end, except once each for a failure that stops the rest, a cancelled run, and the end of the run.
 */
export function advance(state: RunState, inputs: Iterable<JobOutcome | RunCommand>): RunTransition {
  const step = new Step(state)
  for (const input of inputs) step.take(input)
  return step.draft.transition(step)
}

class Step {
  readonly draft: RunDraft
  readonly toCancel: number[] = []
  cancelsWorkflow = false
  isBehind = false
  readonly #state: RunState

  constructor(state: RunState) {
    this.#state = state
    this.draft = new RunDraft(state)
  }

  take(input: JobOutcome | RunCommand): void {
    if (input.kind === 'cancelRun') this.#cancelRun()
    else {
      const index = this.#state.graph.indexById.get(input.jobId)
      if (index === undefined) return
      if (input.kind === 'cancelJob') this.#cancelJob(index)
      else this.#record(index, input)
    }
    this.draft.settle()
  }

  #record(index: number, outcome: JobOutcome): void {
    const job = this.draft.job(index)
    if (outcome.runAttempt !== this.draft.attempt) {
      this.isBehind ||= outcome.runAttempt > this.draft.attempt
      return
    }
    if (job.state === 'blocked') this.isBehind = true
    if (job.state !== 'queued' && job.state !== 'running') return
    const next = nextRecord(job, outcome)
    if (next === null) return
    this.draft.put(index, next)
    if (this.#state.graph.workflow.failFast && isFatal(this.#state.graph, index, next)) this.#failFast(next.jobId)
  }

  /** Looks at every job, so it happens once in an attempt: afterwards nothing is left that it could stop. */
  #failFast(because: string): void {
    if (this.draft.failedFast) return
    this.draft.failedFast = true
    const { jobs } = this.#state.graph.workflow
    for (const [index, { condition }] of jobs.entries()) {
      if (condition === 'success') this.#stop(index, { kind: 'failFast', because }, 'skipped')
    }
  }

  #cancelRun(): void {
    for (let index = 0; index < this.#state.graph.size; index++) {
      if (this.#stop(index, { kind: 'runCancelled' }, 'cancelled')) this.cancelsWorkflow = true
    }
  }

  #cancelJob(index: number): void {
    const job = this.draft.job(index)
    if (isFinalRunJobState(job.state)) return
    if (this.draft.isInQueue(index)) this.toCancel.push(index)
    else this.draft.put(index, { jobId: job.jobId, state: 'cancelled', runAttempt: this.draft.attempt })
  }

  /** Ends a job that the queue does not have, and marks one that it has, whose end is then the queue's to tell. */
  #stop(index: number, reason: RunJobReason, state: 'skipped' | 'cancelled'): boolean {
    const job = this.draft.job(index)
    if (isFinalRunJobState(job.state)) return false
    if (!this.draft.isInQueue(index)) {
      this.draft.put(index, { jobId: job.jobId, state, runAttempt: this.draft.attempt, reason })
    } else if (job.reason === undefined || (reason.kind === 'runCancelled' && job.reason.kind !== 'runCancelled')) {
      this.draft.put(index, { ...job, reason })
      if (reason.kind === 'failFast') this.toCancel.push(index)
    }
    return true
  }
}

/** The record of an unfinished job after an outcome; `null` where it is no news. */
function nextRecord(job: RunJob, outcome: JobOutcome): RunJob | null {
  const { jobId, runAttempt, reason } = job
  const { attempt } = outcome
  const base = { jobId, runAttempt, attempt }
  const mark = reason ? { reason } : {}
  switch (outcome.kind) {
    case 'started': {
      const { at, workerId } = outcome
      const known = job.attempt ?? -1
      const isNews = attempt > known || (attempt === known && at > (job.startedAt ?? Number.NEGATIVE_INFINITY))
      return isNews ? { ...base, state: 'running', startedAt: at, workerId, ...mark } : null
    }
    case 'requeued': {
      const known = job.attempt ?? 0
      const wasReleased = attempt === known && job.state === 'running' && outcome.at >= (job.startedAt ?? 0)
      if (attempt <= known && !wasReleased) return null
      const { failure } = outcome
      const start = wasReleased && job.startedAt !== undefined ? { startedAt: job.startedAt } : {}
      return { ...base, state: 'queued', ...start, ...(failure ? { failure } : {}), ...mark }
    }
    case 'succeeded': {
      const { outputs } = outcome
      const hasOutputs = outputs !== undefined && Object.keys(outputs).length > 0
      return { ...base, state: 'succeeded', ...times(job, outcome), ...(hasOutputs ? { outputs } : {}) }
    }
    case 'failed':
      return { ...base, state: 'failed', ...times(job, outcome), failure: outcome.failure }
    case 'cancelled':
      return { ...base, state: 'cancelled', ...times(job, outcome), ...mark }
  }
}

type End = Extract<JobOutcome, { readonly kind: 'succeeded' | 'failed' | 'cancelled' }>

function times(job: RunJob, { startedAt = job.startedAt, finishedAt }: End) {
  return {
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
  }
}
