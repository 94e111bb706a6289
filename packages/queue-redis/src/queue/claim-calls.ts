import type { ClaimedJob, QueuedJob, ValidClaim } from '@sluice/core'
import type { RedisSession } from '../connection/redis-session.ts'
import { CallBatch } from './call-batch.ts'
import type { CallName, CallSlots } from './call-slots.ts'
import { decodeJobKey } from './job-key.ts'
import type { LeaseCalls } from './lease-calls.ts'
import { createToken, encodeLeaseId } from './lease-id.ts'
import { type ClaimedReply, QUEUE_SCRIPTS } from './queue-scripts.ts'

/** What a claim got, at once. */
export interface ClaimOutcome {
  readonly jobs: readonly ClaimedJob[]
  /** In how many milliseconds the next delayed job is due; -1 for none. */
  readonly nextDueMs: number
}

interface Request {
  readonly claim: ValidClaim
  readonly token: string
}

interface Reply {
  readonly job: ClaimedJob | null
  /** False where the call must be repeated to be sure that there is no job. */
  readonly isComplete: boolean
  readonly nextDueMs: number
}

/** Jobs that one call of `claimMany` asks for at a time. */
const MAX_JOBS = 50

/** Calls that are remembered to be given up; the leases of others run out. */
const MAX_GIVEN_UP = 100

/** Asks the store for jobs. */
export class ClaimCalls {
  readonly #session: RedisSession
  readonly #batch: CallBatch<Request, Reply>
  readonly #leases: LeaseCalls
  readonly #givenUp: CallName[] = []
  #isGivingUp = false

  constructor(session: RedisSession, slots: CallSlots, leases: LeaseCalls) {
    this.#session = session
    this.#batch = new CallBatch(session, (requests) => slots.use((name) => this.#trySend(requests, name)))
    this.#leases = leases
  }

  /** Releases jobs that nobody waits for any more; where that fails, their leases run out. */
  async giveBack(jobs: readonly ClaimedJob[]): Promise<void> {
    await Promise.allSettled(jobs.map(({ lease }) => this.#leases.release(lease.leaseId)))
  }

  /** Leases up to as many jobs as the claim may have. */
  async take(claim: ValidClaim): Promise<ClaimOutcome> {
    const jobs: ClaimedJob[] = []
    for (;;) {
      const wanted = Math.min(claim.limit - jobs.length, MAX_JOBS)
      const calls = Array.from({ length: wanted }, () => this.#batch.call({ claim, token: createToken() }))
      const replies: Reply[] = []
      for (const settled of await Promise.allSettled(calls)) {
        if (settled.status === 'fulfilled') replies.push(settled.value)
        else if (jobs.length === 0 && replies.every(({ job }) => job === null)) throw settled.reason
      }
      for (const { job } of replies) if (job !== null) jobs.push(job)
      const isDry = replies.length < wanted || replies.some(({ job, isComplete }) => job === null && isComplete)
      if (jobs.length === claim.limit || isDry) return { jobs, nextDueMs: replies.at(-1)?.nextDueMs ?? -1 }
    }
  }

  async #send(requests: readonly Request[], { slot, token }: CallName): Promise<readonly Reply[]> {
    const args: (string | number)[] = [slot, token]
    for (const { claim, token } of requests) args.push(token, claim.labels.join(','), claim.leaseTtlMs, claim.workerId)
    const [isComplete, nextDueMs, claimed] = await this.#session.run(
      QUEUE_SCRIPTS.claim,
      [this.#session.keys.prefix],
      args,
    )
    const replies: Reply[] = requests.map(() => ({ job: null, isComplete: isComplete === 1, nextDueMs }))
    for (const each of claimed) {
      replies[each[0] - 1] = { job: readClaimed(each, requests), isComplete: true, nextDueMs }
    }
    return replies
  }

  /** Makes a call, and gives up one that fails: it may have taken effect, or may yet. */
  async #trySend(requests: readonly Request[], name: CallName): Promise<readonly Reply[]> {
    this.#giveUp()
    try {
      return await this.#send(requests, name)
    } catch (error) {
      if (this.#givenUp.length < MAX_GIVEN_UP) this.#givenUp.push(name)
      this.#giveUp()
      throw error
    }
  }

  /** Hands back what calls got that were given up; where that fails, it is tried again with the next call. */
  #giveUp(): void {
    if (this.#givenUp.length === 0 || this.#isGivingUp) return
    const calls = [...this.#givenUp]
    this.#isGivingUp = true
    this.#session
      .run(
        QUEUE_SCRIPTS.giveUpClaims,
        [this.#session.keys.prefix],
        calls.flatMap(({ slot, token }) => [slot, token]),
      )
      .then(
        () => void this.#givenUp.splice(0, calls.length),
        () => {},
      )
      .finally(() => {
        this.#isGivingUp = false
      })
  }
}

function readClaimed(
  [place, jobKey, enqueuedBy, data, attempt, expiresAt]: ClaimedReply,
  requests: readonly Request[],
): ClaimedJob {
  const { claim, token } = requests[place - 1] as Request
  const lease = {
    leaseId: encodeLeaseId(token, enqueuedBy, jobKey),
    ...decodeJobKey(jobKey),
    workerId: claim.workerId,
    attempt: Number(attempt),
    ttlMs: claim.leaseTtlMs,
    expiresAt: Number(expiresAt),
  }
  return { job: JSON.parse(data) as QueuedJob, lease }
}
