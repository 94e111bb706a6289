import {
  type EnqueueManyResult,
  type EnqueueResult,
  parseJob,
  type QueuedJob,
  QueueError,
  ValidationError,
  type ValidJob,
  WorkflowCancelledError,
} from '@sluice/core'
import type { CallerTransaction } from '../database/caller-transaction.ts'
import type { Database } from '../database/database.ts'
import type { Session, Statement } from '../database/session.ts'
import { encodeJob } from './boss-job.ts'
import { Coalescer, MAX_WEIGHT, type Outcome } from './coalescer.ts'
import { jobUuid } from './job-uuid.ts'
import type { LabelSet, LabelSets } from './label-sets.ts'
import lockWorkflowsSql from './lock-workflows.sql'
import type { QueueStatements } from './queue-statements.ts'
import readIsolationSql from './read-isolation.sql'

/** A job on its way into the database. */
interface NewJob {
  readonly id: string
  readonly workflowId: string
  readonly labelSet: LabelSet
  readonly job: ValidJob
  /** The data that pg-boss keeps of the job, as JSON. */
  readonly data: string
}

type EnqueueOutcome = Outcome<EnqueueResult>

const MAX_BATCH = 1000

/** Adds jobs to the store. */
export class JobEnqueuer {
  readonly #database: Database
  readonly #labelSets: LabelSets
  readonly #statements: QueueStatements
  readonly #coalescer: Coalescer<NewJob, EnqueueResult>
  #previous: Promise<unknown> = Promise.resolve()

  constructor(database: Database, labelSets: LabelSets, statements: QueueStatements) {
    this.#database = database
    this.#labelSets = labelSets
    this.#statements = statements
    this.#coalescer = new Coalescer({
      store: database.store,
      flush: (jobs) => this.#store(jobs),
      maxItems: 500,
      weigh: ({ data }) => data.length,
    })
  }

  /**
   * Adds a job; in a transaction of the caller, it is there if and when the caller commits.
   *
   * @throws {ValidationError}
   * @throws {WorkflowCancelledError}
   */
  async enqueue(job: QueuedJob, transaction?: CallerTransaction): Promise<EnqueueResult> {
    const parsed = parseJob(job)
    const labelSet = this.#labelSets.known(parsed.requiredLabels) ?? (await this.#newLabelSet(parsed, transaction))
    const added = newJob(parsed, labelSet)
    if (transaction === undefined) return this.#coalescer.add(added)
    const [outcome] = await this.#storeIn(await this.#join(transaction), [added])
    if (outcome && 'value' in outcome) return outcome.value
    throw outcome?.error
  }

  async enqueueMany(
    jobs: readonly QueuedJob[],
    transaction?: CallerTransaction,
  ): Promise<readonly EnqueueManyResult[]> {
    if (!Array.isArray(jobs)) throw new ValidationError('jobs', 'must be an array of jobs')
    const session = transaction && (await this.#join(transaction))
    const results: EnqueueManyResult[] = []
    const valid: { readonly index: number; readonly job: NewJob }[] = []
    for (const [index, job] of jobs.entries()) {
      try {
        const parsed = parseJob(job)
        const labelSet = this.#labelSets.known(parsed.requiredLabels) ?? (await this.#newLabelSet(parsed, transaction))
        valid.push({ index, job: newJob(parsed, labelSet) })
      } catch (error) {
        if (!QueueError.is(error, 'VALIDATION')) throw error
        results[index] = { status: 'rejected', error }
      }
    }
    for (const batch of batchesOf(valid)) {
      const added = batch.map(({ job }) => job)
      const outcomes = await (session ? this.#storeIn(session, added) : this.#storeEach(added))
      for (const [position, { index }] of batch.entries()) results[index] = resultOf(outcomes[position])
    }
    return results
  }

  /** Adds a label set outside of any transaction of the caller: it stays when that is undone. */
  async #newLabelSet({ requiredLabels }: ValidJob, transaction: CallerTransaction | undefined): Promise<LabelSet> {
    if (transaction !== undefined && !this.#database.isServer) {
      const problem = `[${requiredLabels}] are new, and an embedded database can add their queue only outside of a transaction`
      throw new ValidationError('requiredLabels', `${problem}: enqueue another job that requires them first`)
    }
    return this.#labelSets.ensure(requiredLabels)
  }

  /** Joins a transaction of the caller that sees what others commit: the snapshot of a stricter one may miss a cancellation. */
  async #join(transaction: CallerTransaction): Promise<Session> {
    const session = this.#database.join(transaction)
    const [row] = await session.query<{ isolation: string }>(readIsolationSql)
    if (row?.isolation === 'read committed') return oneByOne(session)
    throw new ValidationError('transaction', `must be READ COMMITTED, and is ${row?.isolation.toUpperCase()}`)
  }

  /** Stores a batch, or, where one of its jobs cannot be stored, each by itself. */
  async #storeEach(jobs: readonly NewJob[]): Promise<readonly EnqueueOutcome[]> {
    try {
      return await this.#store(jobs)
    } catch (error) {
      if (QueueError.is(error)) throw error
    }
    const outcomes: EnqueueOutcome[] = []
    for (const job of jobs) {
      const [outcome] = await this.#store([job]).catch((error: unknown) => [{ error }])
      outcomes.push(outcome as EnqueueOutcome)
    }
    return outcomes
  }

  async #store(jobs: readonly NewJob[]): Promise<readonly EnqueueOutcome[]> {
    if (this.#database.isServer) return this.#database.transaction((session) => this.#storeIn(session, jobs))
    // The clock of an embedded database tells milliseconds, and jobs of one of them would be in no order.
    const storing = this.#previous.then(async () => {
      const outcomes = await this.#database.transaction((session) => this.#storeIn(session, jobs))
      await nextMillisecond()
      return outcomes
    })
    this.#previous = storing.catch(() => {})
    return storing
  }

  async #storeIn(session: Session, jobs: readonly NewJob[]): Promise<readonly EnqueueOutcome[]> {
    const { first, repeats } = withoutRepeats(jobs)
    const workflowIds = [...new Set(first.map(({ workflowId }) => workflowId))]
    const locking = session.query(lockWorkflowsSql, [workflowIds])
    const storing = session.query<{ n: number | null; outcome: string }>(this.#statements.enqueue, [
      `[${first.map(toJson).join(',')}]`,
    ])
    const [, refused] = await Promise.all([locking, storing])
    const outcomes = new Map<string, EnqueueOutcome>()
    for (const { id } of first) outcomes.set(id, { value: { status: 'enqueued' } })
    for (const { n, outcome } of refused) {
      const job = n === null ? undefined : first[n]
      if (job === undefined) continue
      outcomes.set(
        job.id,
        outcome === 'cancelled'
          ? { error: new WorkflowCancelledError(job.workflowId) }
          : { value: { status: 'duplicate' } },
      )
    }
    return jobs.map(({ id }, index) => {
      const outcome = outcomes.get(id) as EnqueueOutcome
      return repeats.has(index) && 'value' in outcome ? { value: { status: 'duplicate' } } : outcome
    })
  }
}

/** Sends a statement when the one before has ended: few adapters take more. */
function oneByOne(session: Session): Session {
  let previous: Promise<unknown> = Promise.resolve()
  return {
    query<Row>(statement: string | Statement, values?: readonly unknown[]) {
      const next = previous.then(() => session.query<Row>(statement, values))
      previous = next
      return next
    },
  }
}

/** The first job of each name, and the places of the others. */
function withoutRepeats(jobs: readonly NewJob[]): { first: NewJob[]; repeats: ReadonlySet<number> } {
  const ids = new Set<string>()
  const repeats = new Set<number>()
  const first = jobs.filter(({ id }, index) => {
    if (ids.has(id)) repeats.add(index)
    return !repeats.has(index) && ids.add(id)
  })
  return { first, repeats }
}

function newJob(job: ValidJob, labelSet: LabelSet): NewJob {
  const { workflowId, jobId } = job
  return { id: jobUuid(workflowId, jobId), workflowId, labelSet, job, data: encodeJob(job) }
}

/**
 * A job as the statement takes it. Earlier ones of a call are due a little earlier, which keeps them first in, first out.
 *
 * What is put together here by hand holds no character that JSON escapes.
 */
function toJson({ id, labelSet, job, data }: NewJob, index: number, { length }: { readonly length: number }): string {
  const dueUs = job.delayMs > 0 ? job.delayMs * 1000 : index - length
  return `["${id}",${labelSet.id},"${labelSet.queue}",${dueUs},${data}]`
}

function resultOf(outcome: EnqueueOutcome | undefined): EnqueueManyResult {
  if (outcome && 'value' in outcome) return outcome.value
  if (QueueError.is(outcome?.error)) return { status: 'rejected', error: outcome.error }
  throw outcome?.error
}

/** Cuts jobs, in their order, into batches that are neither too many nor too large for one statement. */
function batchesOf<Item extends { readonly job: NewJob }>(items: readonly Item[]): Item[][] {
  const batches: Item[][] = []
  let weight = Number.POSITIVE_INFINITY
  for (const item of items) {
    weight += item.job.data.length
    const latest = batches.at(-1)
    if (latest === undefined || latest.length >= MAX_BATCH || weight > MAX_WEIGHT) {
      batches.push([item])
      weight = item.job.data.length
    } else latest.push(item)
  }
  return batches
}

async function nextMillisecond(): Promise<void> {
  const since = Date.now()
  while (Date.now() === since) await new Promise((resolve) => setImmediate(resolve))
}
