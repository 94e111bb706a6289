import { isFinalRunJobState, type RunJob, type RunJobState, type RunStatus } from '@sluice/core'
import { isFatal, skipReason } from './job-condition.ts'
import type { RunState } from './run-state.ts'
import type { RunTransition } from './run-transition.ts'

/** What a transition says that does not follow from the jobs it changes. */
interface TransitionParts {
  /** Given where it is not to follow from the jobs. */
  readonly status?: RunStatus
  readonly toCancel?: readonly number[]
  readonly cancelsWorkflow?: boolean
  readonly isBehind?: boolean
}

/** Changes to a run state, kept beside it: the state stays as it is, and the cost is that of what changes. */
export class RunDraft {
  readonly attempt: number
  failedFast: boolean
  readonly #state: RunState
  readonly #jobs = new Map<number, RunJob>()
  readonly #unmet = new Map<number, number>()
  readonly #counts: Record<RunJobState, number>
  #ended: number[] = []

  constructor(state: RunState, attempt: number = state.attempt) {
    this.#state = state
    this.#counts = { ...state.counts }
    this.attempt = attempt
    this.failedFast = attempt === state.attempt && state.failedFast
  }

  readonly job = (index: number): RunJob => this.#jobs.get(index) ?? (this.#state.jobs[index] as RunJob)

  /** Tells whether the queue may have the job: it was queued or running before this draft. */
  isInQueue(index: number): boolean {
    const { state } = this.#state.jobs[index] as RunJob
    return state === 'queued' || state === 'running'
  }

  /** Replaces a job's record. Its dependents hear of an end with the next `settle`. */
  put(index: number, job: RunJob): void {
    this.#counts[this.job(index).state]--
    this.#counts[job.state]++
    this.#jobs.set(index, job)
    if (isFinalRunJobState(job.state)) this.#ended.push(index)
  }

  /** Counts anew what the given blocked jobs wait for, and decides those that wait for nothing. */
  evaluateUnblocked(indexes: Iterable<number>): void {
    const unblocked: number[] = []
    for (const index of indexes) {
      const unmet = this.#countUnmet(index)
      this.#unmet.set(index, unmet)
      if (unmet === 0) unblocked.push(index)
    }
    for (const index of unblocked) this.#evaluate(index)
    this.settle()
  }

  /** Tells the dependents of the jobs that ended, and theirs where these end in turn. */
  settle(): void {
    const { dependents, dependentsStart } = this.#state.graph
    for (let read = 0; read < this.#ended.length; read++) {
      const ended = this.#ended[read] as number
      for (let edge = dependentsStart[ended] as number; edge < (dependentsStart[ended + 1] as number); edge++) {
        this.#meetNeed(dependents[edge] as number)
      }
    }
    this.#ended = []
  }

  /** Sums up the draft. */
  transition(parts: TransitionParts): RunTransition {
    const { graph, jobs, revision } = this.#state
    const { blocked, queued, running } = this.#counts
    const finished = blocked + queued + running === 0
    const status = parts.status ?? (finished ? this.#finalStatus() : 'running')
    const toEnqueue: string[] = []
    for (const [index, job] of this.#jobs)
      if (job.state === 'queued' && !this.isInQueue(index)) toEnqueue.push(job.jobId)
    return {
      jobs: [...this.#jobs.values()],
      counts: this.#counts,
      ...(status === this.#state.status ? {} : { status }),
      ...(this.attempt === this.#state.attempt ? {} : { attempt: this.attempt }),
      toEnqueue,
      toCancel: (parts.toCancel ?? []).map((index) => (jobs[index] as RunJob).jobId),
      cancelsWorkflow: parts.cancelsWorkflow ?? false,
      finished,
      isBehind: parts.isBehind ?? false,
      patch: { size: graph.size, revision, jobs: this.#jobs, unmet: this.#unmet, failedFast: this.failedFast },
    }
  }

  #meetNeed(index: number): void {
    if (this.job(index).state !== 'blocked') return
    const unmet = (this.#unmet.get(index) ?? (this.#state.unmet[index] as number)) - 1
    this.#unmet.set(index, unmet)
    if (unmet === 0) this.#evaluate(index)
  }

  #evaluate(index: number): void {
    const { jobId } = this.job(index)
    const reason = skipReason(this.#state.graph, index, this.job)
    const base = { jobId, runAttempt: this.attempt }
    this.put(index, reason ? { ...base, state: 'skipped', reason } : { ...base, state: 'queued' })
  }

  #countUnmet(index: number): number {
    const { needs, needsStart } = this.#state.graph
    let unmet = 0
    for (let edge = needsStart[index] as number; edge < (needsStart[index + 1] as number); edge++) {
      if (!isFinalRunJobState(this.job(needs[edge] as number).state)) unmet++
    }
    return unmet
  }

  /** Looks at every job, once in an attempt of a run. */
  #finalStatus(): RunStatus {
    if (this.#counts.failed + this.#counts.cancelled === 0) return 'succeeded'
    let failed = false
    for (let index = 0; index < this.#state.graph.size; index++) {
      const job = this.job(index)
      if (job.reason?.kind === 'runCancelled') return 'cancelled'
      failed ||= isFatal(this.#state.graph, index, job)
    }
    if (failed) return 'failed'
    return this.#counts.cancelled > 0 ? 'cancelled' : 'succeeded'
  }
}
