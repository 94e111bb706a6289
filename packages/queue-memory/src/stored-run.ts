import {
  isFinalRunStatus,
  type JsonValue,
  type NewRun,
  type RunChanges,
  type RunJob,
  type RunJobCounts,
  type RunStatus,
  ValidationError,
} from '@sluice/core'

/** A run as the store holds it. Its parts are frozen, so that they can be handed out as they are. */
export class StoredRun {
  readonly runId: string
  readonly name: string
  readonly definition: JsonValue
  /** Counts up over all runs of the store. */
  readonly serial: number
  readonly createdAt: number
  finishedAt: number | null = null
  status: RunStatus = 'running'
  attempt = 1
  version = 1
  counts: RunJobCounts
  /** In the order in which the run was created with them. */
  readonly jobs: RunJob[]
  readonly #indexes: ReadonlyMap<string, number>

  constructor(run: NewRun, serial: number, now: number) {
    this.runId = run.runId
    this.name = run.name
    this.definition = run.definition
    this.serial = serial
    this.createdAt = now
    this.counts = run.counts
    this.jobs = [...run.jobs]
    this.#indexes = new Map(run.jobs.map(({ jobId }, index) => [jobId, index]))
  }

  /**
   * Applies changes, all or none.
   *
   * @throws {ValidationError} for a job that the run does not have.
   */
  apply({ status, attempt, counts, jobs = [] }: RunChanges, now: number): void {
    for (const [index, { jobId }] of jobs.entries()) {
      if (!this.#indexes.has(jobId)) {
        throw new ValidationError(`jobs[${index}].jobId`, `is not of run "${this.runId}": ${JSON.stringify(jobId)}`)
      }
    }
    for (const job of jobs) this.jobs[this.#indexes.get(job.jobId) as number] = job
    if (status !== undefined) {
      this.status = status
      this.finishedAt = isFinalRunStatus(status) ? now : null
    }
    if (attempt !== undefined) this.attempt = attempt
    if (counts !== undefined) this.counts = counts
    this.version++
  }
}
