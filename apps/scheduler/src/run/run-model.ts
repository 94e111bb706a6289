import { type JobFailure, RUN_JOB_STATES, type RunJobReason, type RunJobState } from '@sluice/core'
import type { AnnouncedJob, JobEvent, RunEvent, RunFinishedEvent, RunStartedEvent } from './run-event.ts'
import { stagesOf, stageTitle } from './stages.ts'

/** Log lines kept of a job that has not succeeded. */
const KEPT_LINES = 20
/** Longest log line kept; what is shown is shorter. */
const KEPT_LINE_LENGTH = 2000
/** Jobs that ended, kept in the order in which they did. */
const KEPT_ENDS = 20

/** How many jobs are in each state. */
export type StateCounts = Record<RunJobState, number>

/** What is known of a job. Times are milliseconds since the epoch. */
export interface JobView extends AnnouncedJob {
  /** The place of its stage, from 0: one more than that of the last stage that it needs something of. */
  readonly stage: number
  state: RunJobState
  /** Counts from 0; -1 before the first. */
  attempt: number
  firstStartedAt?: number
  /** When the latest attempt began. */
  startedAt?: number
  finishedAt?: number
  /** The time that workers spent on attempts that have ended. */
  busyMs: number
  /** Why its attempts failed, in order. */
  readonly failures: JobFailure[]
  /** When it will be tried again; only between two attempts. */
  retryAt?: number
  reason?: RunJobReason
  /** The last lines of the latest attempt, unless it succeeded. */
  lines: string[]
}

/** Jobs that may run side by side. */
export interface Stage {
  readonly title: string
  readonly jobs: readonly JobView[]
  readonly counts: StateCounts
}

/** All that is known of a run, put together from its events; each costs the same, however many jobs there are. */
export class RunModel {
  readonly start: RunStartedEvent
  readonly jobs: ReadonlyMap<string, JobView>
  readonly stages: readonly Stage[]
  readonly counts: StateCounts
  /** Jobs that run or will be tried again, in the order of their first start. */
  readonly active: ReadonlySet<JobView>
  /** Jobs that failed for good, in the order in which they did. */
  readonly failed: readonly JobView[]
  /** The last jobs that succeeded, the latest last. */
  readonly recentlySucceeded: readonly JobView[]
  cancelledBy: string | undefined
  finish: RunFinishedEvent | undefined
  readonly #active = new Set<JobView>()
  readonly #failed: JobView[] = []
  readonly #recentlySucceeded: JobView[] = []

  constructor(start: RunStartedEvent) {
    this.start = start
    const stages = stagesOf(start.jobs)
    const jobs = start.jobs.map((job, position) => jobView(job, stages[position] as number))
    this.jobs = new Map(jobs.map((job) => [job.id, job]))
    this.stages = groupByStage(jobs)
    this.counts = { ...zeroCounts(), blocked: jobs.length }
    this.active = this.#active
    this.failed = this.#failed
    this.recentlySucceeded = this.#recentlySucceeded
  }

  /** Takes in the next event. Those of unknown jobs change nothing. */
  apply(event: RunEvent): void {
    if (event.type === 'run.cancelling') this.cancelledBy = event.signal
    else if (event.type === 'run.finished') this.finish = event
    else if (event.type !== 'run.started') {
      const job = this.jobs.get(event.jobId)
      if (job) this.#applyToJob(job, event)
    }
  }

  #applyToJob(job: JobView, event: JobEvent): void {
    switch (event.type) {
      case 'job.queued':
        this.#move(job, 'queued')
        break
      case 'job.started':
        this.#startAttempt(job, event.attempt, event.at)
        break
      case 'job.log':
        keepLine(job, event.text)
        break
      case 'job.retrying':
        job.failures.push(event.failure)
        job.busyMs += event.at - (job.startedAt ?? event.at)
        job.retryAt = event.retryAt ?? event.at
        this.#move(job, 'queued')
        break
      case 'job.succeeded':
        job.busyMs += event.durationMs
        job.lines = []
        this.#recentlySucceeded.push(job)
        if (this.#recentlySucceeded.length > KEPT_ENDS) this.#recentlySucceeded.shift()
        this.#end(job, 'succeeded', event.at)
        break
      case 'job.failed':
        job.busyMs += event.durationMs
        job.failures.push(event.failure)
        this.#failed.push(job)
        this.#end(job, 'failed', event.at)
        break
      case 'job.skipped':
      case 'job.cancelled':
        if (job.state === 'running') job.busyMs += event.at - (job.startedAt ?? event.at)
        if (event.reason) job.reason = event.reason
        this.#end(job, event.type === 'job.skipped' ? 'skipped' : 'cancelled', event.at)
        break
    }
  }

  #startAttempt(job: JobView, attempt: number, at: number): void {
    job.attempt = attempt
    job.firstStartedAt ??= at
    job.startedAt = at
    job.lines = []
    delete job.retryAt
    this.#active.add(job)
    this.#move(job, 'running')
  }

  #end(job: JobView, state: RunJobState, at: number): void {
    job.finishedAt = at
    delete job.retryAt
    this.#active.delete(job)
    this.#move(job, state)
  }

  #move(job: JobView, state: RunJobState): void {
    const { counts } = this.stages[job.stage] as Stage
    counts[job.state]--
    counts[state]++
    this.counts[job.state]--
    this.counts[state]++
    job.state = state
  }
}

/** Counts the jobs that have ended, in whatever way. */
export function countEnded(counts: StateCounts): number {
  return counts.succeeded + counts.failed + counts.skipped + counts.cancelled
}

function zeroCounts(): StateCounts {
  return Object.fromEntries(RUN_JOB_STATES.map((state) => [state, 0])) as StateCounts
}

function jobView(job: AnnouncedJob, stage: number): JobView {
  return { ...job, stage, state: 'blocked', attempt: -1, busyMs: 0, failures: [], lines: [] }
}

function groupByStage(jobs: readonly JobView[]): Stage[] {
  const groups: JobView[][] = []
  for (const job of jobs) {
    while (groups.length <= job.stage) groups.push([])
    groups[job.stage]?.push(job)
  }
  return groups.map((group, stage) => {
    const title = stageTitle(
      group.map(({ id }) => id),
      stage,
    )
    return { title, jobs: group, counts: { ...zeroCounts(), blocked: group.length } }
  })
}

function keepLine(job: JobView, text: string): void {
  job.lines.push(text.slice(0, KEPT_LINE_LENGTH))
  if (job.lines.length > KEPT_LINES) job.lines.shift()
}
