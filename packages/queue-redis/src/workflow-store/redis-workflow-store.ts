import {
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
  type Run,
  type RunChanges,
  type RunJobPage,
  type RunPage,
  refuseTransaction,
  type SchedulingLease,
  type TransactionOptions,
  type WorkflowStore,
} from '@sluice/core'
import type { RedisConnectionOptions } from '../connection/connection-options.ts'
import { RedisConnection } from '../connection/redis-connection.ts'
import type { RedisSession } from '../connection/redis-session.ts'
import { commitRun } from './commit-run.ts'
import { createRun } from './create-run.ts'
import { getRun, loadRun } from './load-run.ts'
import { readRunJobs, readRuns } from './run-pages.ts'
import { CLAIM_SCHEDULING, DELETE_RUNS, RELEASE_SCHEDULING } from './run-scripts.ts'

const DELETED_AT_ONCE = 100

/** The runs and the states of their jobs, in Redis. */
export class RedisWorkflowStore implements WorkflowStore {
  readonly #session: RedisSession

  constructor(connection: RedisConnection) {
    this.#session = connection.session()
  }

  /**
   * Opens the store on a connection of its own.
   *
   * @throws {ValidationError}
   * @throws {BackendUnavailableError}
   */
  static async open(options: RedisConnectionOptions = {}): Promise<RedisWorkflowStore> {
    return RedisConnection.openFor(options, (connection) => new RedisWorkflowStore(connection))
  }

  async createRun(run: NewRun, options?: TransactionOptions): Promise<{ readonly status: 'created' | 'duplicate' }> {
    this.#session.assertOpen()
    refuseTransaction(options)
    return { status: await createRun(this.#session, parseNewRun(run)) }
  }

  async getRun(runId: string, options?: TransactionOptions): Promise<Run | null> {
    this.#session.assertOpen()
    refuseTransaction(options)
    return getRun(this.#session, parseId(runId, 'runId'))
  }

  async loadRun(runId: string): Promise<LoadedRun | null> {
    this.#session.assertOpen()
    return loadRun(this.#session, parseId(runId, 'runId'))
  }

  async commitRun(runId: string, expectedVersion: number, changes: RunChanges): Promise<number> {
    this.#session.assertOpen()
    parseInteger(expectedVersion, 'expectedVersion', 1, Number.MAX_SAFE_INTEGER)
    const valid = parseRunChanges(changes)
    return commitRun(this.#session, parseId(runId, 'runId'), expectedVersion, valid)
  }

  async listRuns(options?: ListRunsOptions): Promise<RunPage> {
    this.#session.assertOpen()
    return readRuns(this.#session, options)
  }

  async listRunJobs(runId: string, options?: ListRunJobsOptions): Promise<RunJobPage> {
    this.#session.assertOpen()
    return readRunJobs(this.#session, parseId(runId, 'runId'), options)
  }

  async claimScheduling(owner: string, ttlMs: number): Promise<SchedulingLease | null> {
    this.#session.assertOpen()
    const args = [parseId(owner, 'owner'), parseLeaseTtl(ttlMs, 'ttlMs')]
    const turn = await this.#session.run(CLAIM_SCHEDULING, [this.#session.keys.prefix], args)
    return turn && { owner, term: turn[0], expiresAt: turn[1] }
  }

  async releaseScheduling(owner: string): Promise<void> {
    this.#session.assertOpen()
    await this.#session.run(RELEASE_SCHEDULING, [this.#session.keys.prefix], [parseId(owner, 'owner')])
  }

  async deleteRuns(olderThanMs: number): Promise<number> {
    this.#session.assertOpen()
    const args = ['', parseAge(olderThanMs, 'olderThanMs'), DELETED_AT_ONCE]
    for (let total = 0; ; ) {
      const deleted = await this.#session.run(DELETE_RUNS, [this.#session.keys.prefix], args)
      total += deleted
      if (deleted < DELETED_AT_ONCE) return total
    }
  }

  /** Makes every later call reject with `QueueClosedError`. */
  async close(): Promise<void> {
    await this.#session.close()
  }
}
