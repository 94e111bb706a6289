import {
  isFinalRunStatus,
  type ListRunJobsOptions,
  type ListRunsOptions,
  type LoadedRun,
  type NewRun,
  parseAge,
  parseId,
  parseInteger,
  parseLeaseTtl,
  parseNewRun,
  parseRunChanges,
  QueueClosedError,
  type Run,
  type RunChanges,
  RunConflictError,
  type RunJobPage,
  RunNotFoundError,
  type RunPage,
  refuseTransaction,
  type SchedulingLease,
  type TransactionOptions,
  type WorkflowStore,
} from '@sluice/core'
import { type Clock, systemClock } from './clock.ts'
import type { MemoryStoreOptions } from './memory-store-options.ts'
import { describeRun, pageOfRunJobs, pageOfRuns } from './run-page.ts'
import { StoredRun } from './stored-run.ts'

/**
 * The runs and the states of their jobs in the memory of this process.
 *
 * What it hands out is frozen, and shared with the store: reading a run of any size copies nothing but a list.
 */
export class MemoryWorkflowStore implements WorkflowStore {
  readonly #clock: Clock
  readonly #runs = new Map<string, StoredRun>()
  /** Every run in the order of creation. */
  #runsInOrder: StoredRun[] = []
  #serial = 0
  #scheduling: SchedulingLease | null = null
  #isClosed = false

  constructor({ clock = systemClock }: MemoryStoreOptions = {}) {
    this.#clock = clock
  }

  async createRun(run: NewRun, options?: TransactionOptions): Promise<{ readonly status: 'created' | 'duplicate' }> {
    const now = this.#begin()
    refuseTransaction(options)
    const valid = parseNewRun(run)
    if (this.#runs.has(valid.runId)) return { status: 'duplicate' }
    const stored = new StoredRun(valid, this.#serial++, now)
    this.#runs.set(stored.runId, stored)
    this.#runsInOrder.push(stored)
    return { status: 'created' }
  }

  async getRun(runId: string, options?: TransactionOptions): Promise<Run | null> {
    this.#begin()
    refuseTransaction(options)
    const run = this.#runs.get(parseId(runId, 'runId'))
    return run ? describeRun(run) : null
  }

  async loadRun(runId: string): Promise<LoadedRun | null> {
    this.#begin()
    const run = this.#runs.get(parseId(runId, 'runId'))
    return run ? { run: describeRun(run), jobs: [...run.jobs] } : null
  }

  async commitRun(runId: string, expectedVersion: number, changes: RunChanges): Promise<number> {
    const now = this.#begin()
    parseInteger(expectedVersion, 'expectedVersion', 1, Number.MAX_SAFE_INTEGER)
    const valid = parseRunChanges(changes)
    const run = this.#get(runId)
    if (run.version !== expectedVersion) throw new RunConflictError(runId, expectedVersion)
    run.apply(valid, now)
    return run.version
  }

  async listRuns(options?: ListRunsOptions): Promise<RunPage> {
    this.#begin()
    return pageOfRuns(this.#runsInOrder, options)
  }

  async listRunJobs(runId: string, options?: ListRunJobsOptions): Promise<RunJobPage> {
    this.#begin()
    return pageOfRunJobs(this.#get(runId), options)
  }

  async claimScheduling(owner: string, ttlMs: number): Promise<SchedulingLease | null> {
    const now = this.#begin()
    parseId(owner, 'owner')
    parseLeaseTtl(ttlMs, 'ttlMs')
    const current = this.#scheduling
    if (current !== null && current.owner !== owner && current.expiresAt > now) return null
    const term = current === null ? 1 : current.term + (current.owner === owner ? 0 : 1)
    this.#scheduling = Object.freeze({ owner, term, expiresAt: now + ttlMs })
    return this.#scheduling
  }

  async releaseScheduling(owner: string): Promise<void> {
    const now = this.#begin()
    const current = this.#scheduling
    if (current?.owner === parseId(owner, 'owner') && current.expiresAt > now) {
      this.#scheduling = { ...current, expiresAt: now }
    }
  }

  async deleteRuns(olderThanMs: number): Promise<number> {
    const before = this.#begin() - parseAge(olderThanMs, 'olderThanMs')
    const kept = this.#runsInOrder.filter(({ status, finishedAt }) => {
      return !isFinalRunStatus(status) || finishedAt === null || finishedAt >= before
    })
    const deleted = this.#runsInOrder.length - kept.length
    if (deleted === 0) return 0
    this.#runsInOrder = kept
    this.#runs.clear()
    for (const run of kept) this.#runs.set(run.runId, run)
    return deleted
  }

  /** Makes every later call reject with `QueueClosedError`. */
  async close(): Promise<void> {
    this.#isClosed = true
  }

  #begin(): number {
    if (this.#isClosed) throw new QueueClosedError()
    return Math.floor(this.#clock.now())
  }

  #get(runId: string): StoredRun {
    const run = this.#runs.get(parseId(runId, 'runId'))
    if (run === undefined) throw new RunNotFoundError(runId)
    return run
  }
}
