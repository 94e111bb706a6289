import {
  type FailResult,
  JobCancelledError,
  type JobFailure,
  type Lease,
  LeaseExpiredError,
  LeaseNotFoundError,
  type Outputs,
  type QueueError,
} from '@sluice/core'
import type { RedisSession } from '../connection/redis-session.ts'
import type { Script, ScriptArgument } from '../connection/script.ts'
import { CallBatch } from './call-batch.ts'
import { decodeJobKey } from './job-key.ts'
import { decodeLeaseId } from './lease-id.ts'
import { type LeaseReply, QUEUE_SCRIPTS } from './queue-scripts.ts'

type Arguments = readonly ScriptArgument[]
type Refusal = 'unknown' | 'cancelled' | 'expired'
type Answer = Exclude<LeaseReply, readonly [Refusal]>

/** Characters of a failure's message that dashboards show; BullMQ keeps them twice. */
const MAX_REASON_LENGTH = 1000

/** What a worker does with its lease. Each call throws where it is refused. */
export class LeaseCalls {
  readonly #renewals: CallBatch<Arguments, LeaseReply>
  readonly #completions: CallBatch<Arguments, LeaseReply>
  readonly #failures: CallBatch<Arguments, LeaseReply>
  readonly #releases: CallBatch<Arguments, LeaseReply>

  constructor(session: RedisSession) {
    this.#renewals = batchOf(session, QUEUE_SCRIPTS.renewLease)
    this.#completions = batchOf(session, QUEUE_SCRIPTS.complete)
    this.#failures = batchOf(session, QUEUE_SCRIPTS.fail)
    this.#releases = batchOf(session, QUEUE_SCRIPTS.release)
  }

  async renew(leaseId: string, ttlMs: number): Promise<Lease> {
    const answer = await call(this.#renewals, leaseId, ttlMs)
    const [, workerId, attempt, expiresAt] = answer as Extract<Answer, readonly ['renewed', ...unknown[]]>
    const { jobKey } = decodeLeaseId(leaseId)
    return {
      leaseId,
      ...decodeJobKey(jobKey),
      workerId,
      attempt: Number(attempt),
      ttlMs,
      expiresAt: Number(expiresAt),
    }
  }

  async complete(leaseId: string, outputs: Outputs): Promise<void> {
    await call(this.#completions, leaseId, JSON.stringify(outputs))
  }

  async fail(leaseId: string, failure: JobFailure, isRetryable: boolean): Promise<FailResult> {
    const reason = failure.message.slice(0, MAX_REASON_LENGTH).toWellFormed()
    const args = [JSON.stringify(failure), reason, isRetryable ? 1 : 0, Math.random()]
    const [, retryAt] = await call(this.#failures, leaseId, ...args)
    return retryAt ? { willRetry: true, retryAt: Number(retryAt) } : { willRetry: false }
  }

  async release(leaseId: string): Promise<void> {
    await call(this.#releases, leaseId)
  }
}

function batchOf(session: RedisSession, script: Script<readonly LeaseReply[]>): CallBatch<Arguments, LeaseReply> {
  const send = (requests: readonly Arguments[]) => session.run(script, [session.keys.prefix], requests.flat())
  return new CallBatch(session, send, (args) => args.reduce<number>((sum, each) => sum + String(each).length, 0))
}

async function call(batch: CallBatch<Arguments, LeaseReply>, leaseId: string, ...args: Arguments): Promise<Answer> {
  const { lease, jobKey } = decodeLeaseId(leaseId)
  const reply = await batch.call([jobKey, lease, ...args])
  switch (reply[0]) {
    case 'unknown':
    case 'cancelled':
    case 'expired':
      throw refusal(reply[0], leaseId, jobKey)
    default:
      return reply
  }
}

function refusal(reason: Refusal, leaseId: string, jobKey: string): QueueError {
  if (reason === 'unknown') return new LeaseNotFoundError(leaseId)
  if (reason === 'expired') return new LeaseExpiredError(leaseId)
  const { workflowId, jobId } = decodeJobKey(jobKey)
  return new JobCancelledError(workflowId, jobId)
}
