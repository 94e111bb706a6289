import { type Backoff, backoffDelayMs, type FailResult, type JobFailure, type LeaseExpiredEvent } from '@sluice/core'
import type { PgBoss } from 'pg-boss'
import type { Database } from '../database/database.ts'
import type { Session } from '../database/session.ts'
import { bossIn } from '../database/start-boss.ts'
import { Coalescer, type Outcome } from './coalescer.ts'
import endLeasesSql from './end-leases.sql'
import { encodeFailed, encodeLeaseExpired, encodeReady } from './event-codec.ts'
import expireLeasesSql from './expire-leases.sql'
import failSql from './fail.sql'
import type { LabelSets } from './label-sets.ts'
import { explainRefusals, failResult } from './lease-errors.ts'
import type { LeaseRef } from './lease-ids.ts'
import postponeChecksSql from './postpone-checks.sql'

/** A lease that was ended because its attempt failed, and what decides of its job. */
interface EndedRow {
  readonly n: number
  readonly job: string
  readonly label_set: number
  /** Only of a lease that its worker ended. */
  readonly nonce?: string
  readonly worker_id: string
  readonly attempt: number
  readonly claimed_at: number
  readonly now: number
  readonly workflow_id: string
  readonly job_id: string
  readonly max_retries: number
  readonly backoff: Backoff | null
}

/** An attempt that has failed, and what follows. */
interface EndedAttempt {
  readonly lease: EndedRow
  readonly failure: JobFailure
  /** When the job is tried again; `null` if it is not. */
  readonly retryAt: number | null
}

interface Failure extends LeaseRef {
  readonly failure: JobFailure
  readonly retryable: boolean
}

/** Leases that one transaction ends: few, so that it blocks nobody for long. */
const MAX_BATCH = 200

/** Ends attempts that failed, or whose lease ran out: the job is tried again, or has failed for good. */
export class AttemptEnder {
  readonly #database: Database
  readonly #boss: PgBoss
  readonly #labelSets: LabelSets
  readonly #failures = new Coalescer<Failure, FailResult>({
    flush: (failures) => this.#fail(failures),
    maxItems: MAX_BATCH,
    weigh: ({ failure }) => failure.message.length,
  })

  constructor(database: Database, boss: PgBoss, labelSets: LabelSets) {
    this.#database = database
    this.#boss = boss
    this.#labelSets = labelSets
  }

  fail(lease: LeaseRef, failure: JobFailure, retryable: boolean): Promise<FailResult> {
    return this.#failures.add({ ...lease, failure, retryable })
  }

  /** Ends every lease that has run out; returns the events of those that this call ended. */
  async reap(): Promise<LeaseExpiredEvent[]> {
    await this.#postponeChecks()
    const events: LeaseExpiredEvent[] = []
    for (;;) {
      const { due, expired } = await this.#database.transaction((session) => this.#reapBatch(session))
      events.push(...expired)
      if (due === 0) return events
    }
  }

  async #postponeChecks(): Promise<void> {
    for (;;) {
      const [row] = await this.#database.query<{ postponed: number }>(postponeChecksSql, [MAX_BATCH])
      if ((row?.postponed ?? 0) < MAX_BATCH) return
    }
  }

  async #reapBatch(session: Session): Promise<{ due: number; expired: LeaseExpiredEvent[] }> {
    const rows = await session.query<EndedRow & { readonly due: number }>(expireLeasesSql, [MAX_BATCH])
    const attempts = rows
      .filter(({ job }) => job !== null)
      .map((lease): EndedAttempt => {
        const message = `the lease of worker "${lease.worker_id}" expired: it was not renewed in time`
        return { lease, failure: { message }, retryAt: nextRetryAt(lease) }
      })
    const expired = attempts.map(leaseExpired)
    const events = attempts.flatMap((attempt, index) => [
      encodeLeaseExpired(expired[index] as LeaseExpiredEvent),
      attempt.retryAt === null ? failedEvent(attempt) : readyEvent(attempt),
    ])
    await this.#end(session, attempts, events)
    return { due: rows[0]?.due ?? 0, expired }
  }

  async #fail(failures: readonly Failure[]): Promise<readonly Outcome<FailResult>[]> {
    const ended = await this.#database.transaction(async (session) => {
      const rows = await session.query<EndedRow>(endLeasesSql, [
        failures.map(({ job }) => job),
        failures.map(({ nonce }) => nonce),
      ])
      const attempts = rows.map((lease): EndedAttempt => {
        const { failure, retryable } = failures[lease.n - 1] as Failure
        return { lease, failure, retryAt: retryable ? nextRetryAt(lease) : null }
      })
      const events = attempts.flatMap((attempt) =>
        attempt.retryAt === null ? [failedEvent(attempt)] : [failedEvent(attempt), readyEvent(attempt)],
      )
      await this.#end(session, attempts, events)
      return new Map(attempts.map(({ lease, retryAt }) => [failures[lease.n - 1], failResult(retryAt)]))
    })
    const refused = failures.filter((failure) => !ended.has(failure))
    const explained = refused.length === 0 ? [] : await explainRefusals(this.#database, refused, 'fail')
    const reasons = new Map(refused.map((failure, index) => [failure, explained[index]]))
    return failures.map((failure) => {
      const value = ended.get(failure)
      return value ? { value } : (reasons.get(failure) as Outcome<FailResult>)
    })
  }

  /** Notes attempts as failed, here and in pg-boss, and tells of them. */
  async #end(session: Session, attempts: readonly EndedAttempt[], events: readonly string[]): Promise<void> {
    if (attempts.length === 0) return
    for (const [labelSet, batch] of Map.groupBy(attempts, ({ lease }) => lease.label_set)) {
      await this.#endInBoss(session, this.#labelSets.get(labelSet)?.queue ?? '', batch)
    }
    await session.query(failSql, [JSON.stringify(attempts.map(noteOf)), events])
  }

  async #endInBoss(session: Session, queue: string, attempts: readonly EndedAttempt[]): Promise<void> {
    const options = { db: bossIn(session) }
    for (const [message, batch] of Map.groupBy(attempts, ({ failure }) => failure.message)) {
      const ids = batch.map(({ lease }) => lease.job)
      await this.#boss.fail(queue, ids, { message }, options)
    }
    for (const { lease, failure, retryAt } of attempts) {
      const { job: id, attempt } = lease
      if (retryAt !== null && retryAt > lease.now) {
        await this.#boss.update(queue, undefined, { id, startAfter: new Date(retryAt).toISOString(), ...options })
      } else if (retryAt === null && attempt < lease.max_retries) {
        // It has retries left and is to have none: pg-boss ends a job only once its retries are used.
        await this.#boss.update(queue, undefined, { id, retryLimit: 0, ...options })
        await this.#boss.fail(queue, id, { message: failure.message }, options)
      }
    }
  }
}

/** When a job can be claimed again after a failed attempt; `null` if it has no retry left. */
function nextRetryAt({ attempt, max_retries, backoff, now }: EndedRow): number | null {
  return attempt < max_retries ? now + backoffDelayMs(backoff ?? { kind: 'none' }, attempt + 1) : null
}

function noteOf({ lease, failure, retryAt }: EndedAttempt) {
  return {
    id: lease.job,
    state: retryAt === null ? 'failed' : 'open',
    attempt: retryAt === null ? lease.attempt : lease.attempt + 1,
    at: lease.now,
    startedAt: lease.claimed_at,
    retryAt,
    failure,
    nonce: lease.nonce ?? null,
  }
}

function subject({ workflow_id, job_id, attempt, now }: EndedRow) {
  return { workflowId: workflow_id, jobId: job_id, attempt, at: now }
}

function leaseExpired({ lease, retryAt }: EndedAttempt): LeaseExpiredEvent {
  return { kind: 'leaseExpired', ...subject(lease), workerId: lease.worker_id, ...failResult(retryAt) }
}

function failedEvent({ lease, failure, retryAt }: EndedAttempt): string {
  return encodeFailed({ kind: 'failed', ...subject(lease), failure, ...failResult(retryAt) })
}

function readyEvent({ lease, retryAt }: EndedAttempt): string {
  const { attempt, ...rest } = subject(lease)
  const event = { kind: 'ready', ...rest, attempt: attempt + 1, availableAt: retryAt ?? lease.now } as const
  return encodeReady(event, lease.label_set)
}
