import { type Backoff, backoffDelayMs, type FailResult, type JobFailure, type LeaseExpiredEvent } from '@sluice/core'
import type { Database } from '../database/database.ts'
import type { Session } from '../database/session.ts'
import { Coalescer, type Outcome } from './coalescer.ts'
import endLeasesSql from './end-leases.sql'
import { encodeFailed, encodeLeaseExpired, encodeReady } from './event-codec.ts'
import expireLeasesSql from './expire-leases.sql'
import failSql from './fail.sql'
import { explainRefusals, failResult } from './lease-errors.ts'
import type { LeaseIds, LeaseRef } from './lease-ids.ts'
import postponeChecksSql from './postpone-checks.sql'
import type { QueueStatements } from './queue-statements.ts'

/** A lease that was ended because its attempt failed, and what decides of its job. */
interface EndedRow {
  readonly n: number
  readonly job: string
  readonly label_set: number
  readonly queue: string
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
/** Leases whose check one statement puts off. */
const MAX_POSTPONED = 1000

/** Ends attempts that failed, or whose lease ran out: the job is tried again, or has failed for good. */
export class AttemptEnder {
  readonly #database: Database
  readonly #statements: QueueStatements
  readonly #leaseIds: LeaseIds
  readonly #failures: Coalescer<Failure, FailResult>

  constructor(database: Database, statements: QueueStatements, leaseIds: LeaseIds) {
    this.#database = database
    this.#statements = statements
    this.#leaseIds = leaseIds
    this.#failures = new Coalescer({
      store: database.store,
      flush: (failures) => this.#fail(failures),
      maxItems: MAX_BATCH,
      weigh: ({ failure }) => failure.message.length,
    })
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
      const [row] = await this.#database.query<{ postponed: number }>(postponeChecksSql, [MAX_POSTPONED])
      if ((row?.postponed ?? 0) < MAX_POSTPONED) return
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
    this.#end(session, attempts, events)
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
      this.#end(session, attempts, events)
      return new Map(attempts.map(({ lease, retryAt }) => [failures[lease.n - 1], failResult(retryAt)]))
    })
    const refused = failures.filter((failure) => !ended.has(failure))
    const explained = refused.length === 0 ? [] : await explainRefusals(this.#database, this.#leaseIds, refused, 'fail')
    const reasons = new Map(refused.map((failure, index) => [failure, explained[index]]))
    return failures.map((failure) => {
      const value = ended.get(failure)
      return value ? { value } : (reasons.get(failure) as Outcome<FailResult>)
    })
  }

  /** Sends what notes attempts as failed, here and in pg-boss, and tells of them. */
  #end(session: Session, attempts: readonly EndedAttempt[], events: readonly string[]): void {
    if (attempts.length === 0) return
    for (const [queue, batch] of Map.groupBy(attempts, ({ lease }) => lease.queue)) {
      this.#endInBoss(session, queue, batch)
    }
    void session.query(failSql, [JSON.stringify(attempts.map(noteOf)), events])
  }

  #endInBoss(session: Session, queue: string, attempts: readonly EndedAttempt[]): void {
    const fail = (jobs: readonly EndedAttempt[], message: string) => {
      const ids = jobs.map(({ lease }) => lease.job)
      void session.query(this.#statements.failJobs, [queue, ids, JSON.stringify({ message })])
    }
    const update = (changes: object) => session.query(this.#statements.updateJob, [JSON.stringify(changes), queue])
    for (const [message, batch] of Map.groupBy(attempts, ({ failure }) => failure.message)) fail(batch, message)
    for (const attempt of attempts) {
      const { lease, failure, retryAt } = attempt
      if (retryAt !== null && retryAt > lease.now) {
        void update({ id: lease.job, startAfter: new Date(retryAt).toISOString() })
      } else if (retryAt === null && lease.attempt < lease.max_retries) {
        // It has retries left and is to have none: pg-boss ends a job only once its retries are used.
        void update({ id: lease.job, retryLimit: 0 })
        fail([attempt], failure.message)
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
