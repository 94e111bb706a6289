import type { RunJob, RunJobReason, RunJobState } from '@sluice/core'
import { advance } from '../../src/run/advance.ts'
import { createRunState } from '../../src/run/create-run-state.ts'
import type { JobOutcome, RunCommand } from '../../src/run/job-outcome.ts'
import type { RunState } from '../../src/run/run-state.ts'
import { applyTransition, type RunTransition } from '../../src/run/run-transition.ts'
import type { Workflow } from '../../src/workflow.ts'

/** A run in a test: it hands out short forms of outcomes, and applies every transition at once. */
export class RunDriver {
  readonly state: RunState

  constructor(workflow: Workflow) {
    this.state = createRunState(workflow)
  }

  take(...inputs: (JobOutcome | RunCommand)[]): RunTransition {
    const transition = advance(this.state, inputs)
    applyTransition(this.state, transition)
    return transition
  }

  started(jobId: string, attempt = 0, at = 1000 + attempt): JobOutcome {
    return { kind: 'started', jobId, runAttempt: this.state.attempt, attempt, at, workerId: 'w1' }
  }

  requeued(jobId: string, attempt = 1, at = 2000 + attempt): JobOutcome {
    return { kind: 'requeued', jobId, runAttempt: this.state.attempt, attempt, at }
  }

  succeeded(jobId: string, outputs: Record<string, string> = {}, attempt = 0): JobOutcome {
    return { kind: 'succeeded', jobId, runAttempt: this.state.attempt, attempt, finishedAt: 3000, outputs }
  }

  failed(jobId: string, attempt = 0): JobOutcome {
    const failure = { message: `${jobId} broke` }
    return { kind: 'failed', jobId, runAttempt: this.state.attempt, attempt, finishedAt: 3000, failure }
  }

  cancelled(jobId: string, attempt = 0): JobOutcome {
    return { kind: 'cancelled', jobId, runAttempt: this.state.attempt, attempt, finishedAt: 3000 }
  }

  job(jobId: string): RunJob {
    return this.state.jobs[this.state.graph.indexById.get(jobId) as number] as RunJob
  }

  states(): Record<string, RunJobState> {
    return Object.fromEntries(this.state.jobs.map((job) => [job.jobId, job.state]))
  }

  reason(jobId: string): RunJobReason | undefined {
    return this.job(jobId).reason
  }
}
