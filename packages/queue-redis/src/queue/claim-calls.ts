import type { ClaimedJob, QueuedJob, ValidClaim } from '@sluice/core'
import type { RedisClient } from '../connection/redis-client.ts'
import type { RedisSession } from '../connection/redis-connection.ts'
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

/** Asks the store for jobs. */
export class ClaimCalls {
  readonly #session: RedisSession
  readonly #slots: CallSlots
  readonly #batch = new CallBatch<Request, Reply>((requests) => this.#slots.use((name) => this.#send(requests, name)))
  readonly #leases: LeaseCalls

  constructor(session: RedisSession, slots: CallSlots, leases: LeaseCalls) {
    this.#session = session
    this.#slots = slots
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
    let isAwaited = true
    const run = async (client: RedisClient) => {
      const reply = await QUEUE_SCRIPTS.claim.run(client, [this.#session.keys.prefix], args)
      // It arrives late: the caller has been told that the store is down.
      if (!isAwaited) void this.giveBack(reply[2].map((each) => readClaimed(each, requests)))
      return reply
    }
    try {
      const [isComplete, nextDueMs, claimed] = await this.#session.call(run)
      const replies: Reply[] = requests.map(() => ({ job: null, isComplete: isComplete === 1, nextDueMs }))
      for (const each of claimed) {
        replies[each[0] - 1] = { job: readClaimed(each, requests), isComplete: true, nextDueMs }
      }
      return replies
    } finally {
      isAwaited = false
    }
  }
}

function readClaimed(
  [place, jobKey, data, attempt, expiresAt]: ClaimedReply,
  requests: readonly Request[],
): ClaimedJob {
  const { claim, token } = requests[place - 1] as Request
  const lease = {
    leaseId: encodeLeaseId({ token, jobKey }),
    ...decodeJobKey(jobKey),
    workerId: claim.workerId,
    attempt: Number(attempt),
    ttlMs: claim.leaseTtlMs,
    expiresAt: Number(expiresAt),
  }
  return { job: JSON.parse(data) as QueuedJob, lease }
}
