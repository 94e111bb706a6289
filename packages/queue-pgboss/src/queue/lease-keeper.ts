import { type Lease, LeaseNotFoundError, type Outputs } from '@sluice/core'
import type { Database } from '../database/database.ts'
import type { Statement } from '../database/session.ts'
import { Coalescer, type Outcome } from './coalescer.ts'
import type { LabelSets } from './label-sets.ts'
import { explainRefusals, type Settlement } from './lease-errors.ts'
import type { LeaseIds, LeaseRef } from './lease-ids.ts'
import type { QueueStatements } from './queue-statements.ts'
import readClockSql from './read-clock.sql'
import renewLeaseSql from './renew-lease.sql'

interface Completion extends LeaseRef {
  readonly outputs: string
}

interface Renewal extends LeaseRef {
  readonly ttlMs: number
}

interface RenewRow {
  readonly n: number
  readonly workflow_id: string
  readonly job_id: string
  readonly worker_id: string
  readonly attempt: number
  readonly ttl_ms: number
  readonly expires_at: number
}

/** Renews leases, and ends those whose work is done or handed back. */
export class LeaseKeeper {
  readonly #database: Database
  readonly #labelSets: LabelSets
  readonly #leaseIds: LeaseIds
  readonly #completions: Coalescer<Completion, void>
  readonly #releases: Coalescer<LeaseRef, void>
  readonly #renewals: Coalescer<Renewal, Lease>

  constructor(database: Database, labelSets: LabelSets, statements: QueueStatements, leaseIds: LeaseIds) {
    this.#database = database
    this.#labelSets = labelSets
    this.#leaseIds = leaseIds
    const { store } = database
    this.#completions = new Coalescer({
      store,
      flush: (leases) =>
        this.#settle('complete', leases, statements.complete, (batch) => [batch.map(({ outputs }) => outputs)]),
      maxItems: 200,
      weigh: ({ outputs }) => outputs.length,
    })
    this.#releases = new Coalescer({
      store,
      flush: (leases) => this.#settle('release', leases, statements.release, () => []),
      maxItems: 200,
    })
    this.#renewals = new Coalescer({ store, flush: (leases) => this.#renew(leases), maxItems: 500 })
  }

  async complete(leaseId: string, outputs: Outputs): Promise<void> {
    const lease = await this.find(leaseId)
    return this.#completions.add({ ...lease, outputs: JSON.stringify(outputs) })
  }

  async release(leaseId: string): Promise<void> {
    return this.#releases.add(await this.find(leaseId))
  }

  async renew(leaseId: string, ttlMs: number): Promise<Lease> {
    const lease = await this.find(leaseId)
    return this.#renewals.add({ ...lease, ttlMs })
  }

  /**
   * Reads the id of a lease.
   *
   * @throws {LeaseNotFoundError}
   */
  async find(leaseId: string): Promise<LeaseRef> {
    const lease = this.#leaseIds.parse(leaseId)
    if (lease !== null && (await this.#labelSets.find(lease.labelSet)) !== undefined) return lease
    // That the store does not know a lease is for the store to say: it may be down.
    await this.#database.query(readClockSql)
    throw new LeaseNotFoundError(String(leaseId))
  }

  /** Ends leases by a statement that takes those of one queue. */
  async #settle<Item extends LeaseRef>(
    call: Settlement,
    leases: readonly Item[],
    statement: Statement,
    more: (batch: readonly Item[]) => unknown[],
  ): Promise<readonly Outcome<void>[]> {
    const batches = [...Map.groupBy(leases, ({ labelSet }) => labelSet)].sort(([one], [other]) => one - other)
    const values = batches.map(([labelSet, batch]) => [
      this.#labelSets.get(labelSet)?.queue,
      batch.map(({ job }) => job),
      batch.map(({ nonce }) => nonce),
      ...more(batch),
    ])
    type Row = { readonly done: number[] }
    const results =
      values.length === 1
        ? [await this.#database.query<Row>(statement, values[0])]
        : await this.#database.transaction((session) =>
            Promise.all(values.map((each) => session.query<Row>(statement, each))),
          )
    const settled = new Set<LeaseRef>()
    for (const [index, [, batch]] of batches.entries()) {
      for (const n of results[index]?.[0]?.done ?? []) settled.add(batch[n - 1] as Item)
    }
    const outcomes = await this.#explain(call, leases, (lease) => (settled.has(lease) ? { value: undefined } : null))
    return outcomes.map((outcome) => ('value' in outcome ? { value: undefined } : outcome))
  }

  async #renew(leases: readonly Renewal[]): Promise<readonly Outcome<Lease>[]> {
    const latest = new Map(leases.map((lease) => [lease.leaseId, lease]))
    const unique = [...latest.values()]
    const rows = await this.#database.query<RenewRow>(renewLeaseSql, [
      unique.map(({ job }) => job),
      unique.map(({ nonce }) => nonce),
      unique.map(({ ttlMs }) => ttlMs),
    ])
    const renewed = new Map(
      rows.map((row) => {
        const { leaseId } = unique[row.n - 1] as Renewal
        return [leaseId, leaseOf(leaseId, row)]
      }),
    )
    return this.#explain(null, leases, ({ leaseId }) => {
      const lease = renewed.get(leaseId)
      return lease ? { value: { ...lease } } : null
    })
  }

  /** Gives each lease its outcome; asks the store why where there is none. */
  async #explain<Item extends LeaseRef, Result>(
    call: Settlement | null,
    leases: readonly Item[],
    outcomeOf: (lease: Item) => Outcome<Result> | null,
  ): Promise<readonly Outcome<Result>[]> {
    const refused = leases.filter((lease) => outcomeOf(lease) === null)
    const explained = refused.length === 0 ? [] : await explainRefusals(this.#database, this.#leaseIds, refused, call)
    const reasons = new Map(refused.map((lease, index) => [lease, explained[index]]))
    return leases.map((lease) => {
      const outcome = outcomeOf(lease) ?? reasons.get(lease)
      return outcome as Outcome<Result>
    })
  }
}

function leaseOf(leaseId: string, row: RenewRow): Lease {
  return {
    leaseId,
    workflowId: row.workflow_id,
    jobId: row.job_id,
    workerId: row.worker_id,
    attempt: row.attempt,
    ttlMs: row.ttl_ms,
    expiresAt: row.expires_at,
  }
}
