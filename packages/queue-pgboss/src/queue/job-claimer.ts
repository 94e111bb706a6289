import { type ClaimedJob, labelSetKey } from '@sluice/core'
import type { Database } from '../database/database.ts'
import type { Session } from '../database/session.ts'
import { type BossJobData, jobOf } from './boss-job.ts'
import { Coalescer, type Outcome } from './coalescer.ts'
import type { LabelSet, LabelSets } from './label-sets.ts'
import type { LeaseIds } from './lease-ids.ts'
import nextDueSql from './next-due.sql'
import planClaimsSql from './plan-claims.sql'
import type { ClaimSource, QueueStatements } from './queue-statements.ts'

/** One job that a worker asks for. */
export interface ClaimRequest {
  readonly workerId: string
  readonly leaseTtlMs: number
}

/** A job that was leased for a request. */
export interface Grant<Request> {
  readonly request: Request
  readonly job: ClaimedJob
}

interface ClaimRow {
  readonly known: number
  readonly n: number | null
  readonly id: string
  readonly label_set: number
  readonly attempt: number
  readonly data: BossJobData
  readonly claimed_at: number
  readonly priority: number
  readonly created_at: number
}

interface PlanRow {
  readonly known: number
  readonly label_set: number | null
  readonly queue: string
  readonly jobs: number
  readonly min_priority: number
}

/** A grant, and which jobs come before it. */
interface RankedGrant<Request> extends Grant<Request> {
  readonly row: ClaimRow
}

/** What was leased; `null` where another process has added label sets that must be considered as well. */
type Granted<Request> = RankedGrant<Request>[] | null

/** The requests of one caller among those of many. */
interface CallerRequest extends ClaimRequest {
  readonly caller: number
}

const MAX_BATCH = 1000
const MAX_COALESCERS = 1000
/** How often others may take first what was planned to be claimed, before less is asked for. */
const MAX_CONTENTIONS = 10

/** Leases jobs to workers, without waiting for any. */
export class JobClaimer {
  readonly #database: Database
  readonly #labelSets: LabelSets
  readonly #statements: QueueStatements
  readonly #leaseIds: LeaseIds
  readonly #coalescers = new Map<string, Coalescer<readonly ClaimRequest[], readonly ClaimedJob[]>>()

  constructor(database: Database, labelSets: LabelSets, statements: QueueStatements, leaseIds: LeaseIds) {
    this.#database = database
    this.#labelSets = labelSets
    this.#statements = statements
    this.#leaseIds = leaseIds
  }

  /** Leases a job for each request, as far as there are any; together with what others ask for at the same time. */
  claim(labels: readonly string[], requests: readonly ClaimRequest[]): Promise<readonly ClaimedJob[]> {
    const key = labelSetKey(labels)
    let coalescer = this.#coalescers.get(key)
    if (coalescer === undefined) {
      coalescer = new Coalescer({
        store: this.#database.store,
        flush: (claims) => this.#flush(labels, claims),
        maxItems: 100,
      })
      if (this.#coalescers.size >= MAX_COALESCERS) this.#coalescers.clear()
      this.#coalescers.set(key, coalescer)
    }
    return coalescer.add(requests)
  }

  /** Leases a job for as many of the requests as there are jobs, at once; returns the jobs that come first first. */
  async claimNow<Request extends ClaimRequest>(
    labels: readonly string[],
    requests: readonly Request[],
  ): Promise<readonly Grant<Request>[]> {
    for (;;) {
      const granted = await this.#claimKnown(labels, requests)
      if (granted !== null) return granted.sort(comesBefore)
      await this.#labelSets.load()
    }
  }

  /** How long until the next delayed job of such workers is due, in ms; `null` where there is none. */
  async nextDueMs(labels: readonly string[]): Promise<number | null> {
    const queues = this.#labelSets.matching(labels).map(({ queue }) => queue)
    const [row] = await this.#database.query<{ due_in_ms: number | null }>(nextDueSql, [queues])
    return row?.due_in_ms ?? null
  }

  async #flush(
    labels: readonly string[],
    claims: readonly (readonly ClaimRequest[])[],
  ): Promise<Outcome<readonly ClaimedJob[]>[]> {
    const requests = claims.flatMap((claim, caller) => claim.map((request): CallerRequest => ({ ...request, caller })))
    const outcomes = claims.map(() => ({ value: [] as ClaimedJob[] }))
    for (let start = 0; start < requests.length; start += MAX_BATCH) {
      const batch = requests.slice(start, start + MAX_BATCH)
      const grants = await this.claimNow(labels, batch)
      for (const { request, job } of grants) outcomes[request.caller]?.value.push(job)
      if (grants.length < batch.length) break
    }
    return outcomes
  }

  async #claimKnown<Request extends ClaimRequest>(
    labels: readonly string[],
    requests: readonly Request[],
  ): Promise<Granted<Request>> {
    const sets = this.#labelSets.matching(labels)
    const [only] = sets
    if (sets.length === 1 && only) {
      return (await this.#claimFrom(this.#database, 'one', requests, [only.id, only.queue, 0])).grants
    }
    if (requests.length === 1) {
      const { grants, isContended } = await this.#claimFrom(this.#database, 'best', requests, columnsOf(sets))
      if (!isContended) return grants
    }
    return this.#claimPlanned(sets, requests)
  }

  async #claimPlanned<Request extends ClaimRequest>(
    sets: readonly LabelSet[],
    requests: readonly Request[],
  ): Promise<Granted<Request>> {
    const grants: RankedGrant<Request>[] = []
    try {
      return await this.#claimInto(grants, sets, requests)
    } catch (error) {
      // What was leased is handed out, whatever failed then.
      if (grants.length === 0) throw error
      return grants
    }
  }

  /** Looks which jobs come first, and claims from their queues what others leave of them, until all requests are met or none is left. */
  async #claimInto<Request extends ClaimRequest>(
    grants: RankedGrant<Request>[],
    all: readonly LabelSet[],
    requests: readonly Request[],
  ): Promise<Granted<Request>> {
    const { size } = this.#labelSets
    let open = requests
    let sets = all
    for (let contentions = 0; open.length > 0; ) {
      const rows = await this.#database.query<PlanRow>(planClaimsSql, [...columnsOf(sets), size, open.length])
      if ((rows[0]?.known ?? 0) > size) return grants.length > 0 ? grants : null
      const plan = rows.filter(({ label_set }) => label_set !== null)
      if (plan.length === 0) break
      const isRelaxed = contentions > MAX_CONTENTIONS
      const taken = (await this.#claimAsPlanned(isRelaxed ? plan.map(takingAny) : plan, open)).flat()
      grants.push(...taken)
      const met = new Set(taken.map(({ request }) => request))
      open = open.filter((request) => !met.has(request))
      if (taken.length > 0) continue
      contentions++
      // Somebody may hold a job for long: then the other jobs of its queue, and at last the other queues, have their turn.
      if (isRelaxed) sets = sets.filter(({ id }) => !plan.some(({ label_set }) => label_set === id))
    }
    return grants
  }

  async #claimAsPlanned<Request extends ClaimRequest>(
    plan: readonly PlanRow[],
    requests: readonly Request[],
  ): Promise<readonly RankedGrant<Request>[][]> {
    const claims = (session: Session) => {
      let start = 0
      return plan.map(async ({ label_set, queue, jobs, min_priority }) => {
        start += jobs
        const served = requests.slice(start - jobs, start)
        return (await this.#claimFrom(session, 'one', served, [label_set, queue, min_priority])).grants ?? []
      })
    }
    if (plan.length === 1) return Promise.all(claims(this.#database))
    return this.#database.transaction((session) => Promise.all(claims(session)))
  }

  async #claimFrom<Request extends ClaimRequest>(
    session: Session,
    source: ClaimSource,
    requests: readonly Request[],
    sourceValues: readonly unknown[],
  ): Promise<{ readonly grants: Granted<Request>; readonly isContended: boolean }> {
    const { size } = this.#labelSets
    const nonces = requests.map(() => this.#leaseIds.createNonce())
    const rows = await session.query<ClaimRow>(await this.#statements.claim(source, requests.length), [
      nonces,
      requests.map(({ workerId }) => workerId),
      requests.map(({ leaseTtlMs }) => leaseTtlMs),
      size,
      ...sourceValues,
    ])
    const [first] = rows
    if (first === undefined || first.known > size) return { grants: null, isContended: false }
    if (first.n === null) return { grants: [], isContended: first.label_set !== null }
    const grants = rows.map((row, index) => {
      const request = requests[index] as Request
      return { request, row, job: this.#claimedJob(row, request, nonces[index] as string) }
    })
    return { grants, isContended: false }
  }

  #claimedJob(
    { id, label_set, attempt, data, claimed_at }: ClaimRow,
    request: ClaimRequest,
    nonce: string,
  ): ClaimedJob {
    const { workflowId, jobId } = data
    const { workerId, leaseTtlMs: ttlMs } = request
    const leaseId = this.#leaseIds.create({ job: id, labelSet: label_set, nonce, claimedAt: claimed_at })
    const expiresAt = claimed_at + ttlMs
    return { job: jobOf(data), lease: { leaseId, workflowId, jobId, workerId, attempt, ttlMs, expiresAt } }
  }
}

function columnsOf(sets: readonly LabelSet[]): readonly [ids: number[], queues: string[]] {
  return [sets.map(({ id }) => id), sets.map(({ queue }) => queue)]
}

function takingAny(plan: PlanRow): PlanRow {
  return { ...plan, min_priority: 0 }
}

/** Orders jobs by priority and age; those of one statement come in the right order already, which sorting keeps among equals. */
function comesBefore({ row: one }: RankedGrant<unknown>, { row: other }: RankedGrant<unknown>): number {
  return other.priority - one.priority || one.created_at - other.created_at
}
