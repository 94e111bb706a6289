import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type ClaimedJob,
  type ClaimManyOptions,
  type ClaimOptions,
  type FailResult,
  type JobFailure,
  type Lease,
  type Outputs,
  parseClaim,
  parseFailure,
  parseLeaseTtl,
  parseOutputs,
  QueueClosedError,
  ValidationError,
} from '@sluice/core'
import type { CancellationStream, WorkerQueue } from '@sluice/worker'
import { type ApiClient, type ApiRequest, pathPart } from './api-client.ts'
import { followCancellations } from './cancellation-stream.ts'
import { toQueueError } from './queue-error.ts'

/** The longest wait of one request; proxies cut off answers that take longer. */
const LONGEST_POLL_MS = 25_000
/** How long to wait before another request where the answer came sooner. */
const SHORTEST_POLL_MS = 1000
/** How much longer than its wait a claim may take. */
const ANSWER_MS = 10_000
/** How long the answer to a claim may take that was told to end. */
const LAST_ANSWER_MS = 2000

/** A job queue behind the HTTP API of a server, as far as workers use it. It keeps the rules of the contract for these calls. */
export class HttpWorkerQueue implements WorkerQueue {
  readonly #client: ApiClient
  readonly #closing = new AbortController()

  constructor(client: ApiClient) {
    this.#client = client
  }

  async claim(options: ClaimOptions): Promise<ClaimedJob | null> {
    const [job] = await this.claimMany({ ...options, limit: 1 })
    return job ?? null
  }

  async claimMany(options: ClaimManyOptions): Promise<readonly ClaimedJob[]> {
    this.#checkOpen()
    const { workerId, labels, leaseTtlMs, waitMs, limit, signal } = parseClaim(options)
    const ends = signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal
    for (let leftMs = waitMs; !ends.aborted; ) {
      const pollMs = Math.min(leftMs, LONGEST_POLL_MS)
      const askedAt = performance.now()
      const jobs = await this.#claimOnce({ workerId, labels, leaseTtlMs, waitMs: pollMs, limit }, ends)
      leftMs -= pollMs
      if (jobs.length > 0 || leftMs <= 0) return jobs
      // A server that answers at once, because it stops or waits for nobody, is not asked again and again.
      const restMs = Math.min(SHORTEST_POLL_MS, pollMs) - (performance.now() - askedAt)
      if (restMs > 0) await pause(restMs, undefined, { signal: ends }).catch(() => {})
    }
    return []
  }

  async renewLease(leaseId: string, extendByMs: number): Promise<Lease> {
    this.#checkOpen()
    return this.#settle(leaseId, 'renew', { extendByMs: parseLeaseTtl(extendByMs, 'extendByMs') })
  }

  async complete(leaseId: string, outputs: Outputs): Promise<void> {
    this.#checkOpen()
    await this.#settle(leaseId, 'complete', { outputs: parseOutputs(outputs) })
  }

  async fail(
    leaseId: string,
    failure: JobFailure,
    { retryable }: { readonly retryable: boolean },
  ): Promise<FailResult> {
    this.#checkOpen()
    return this.#settle(leaseId, 'fail', { failure: parseFailure(failure), retryable })
  }

  async release(leaseId: string): Promise<void> {
    this.#checkOpen()
    await this.#settle(leaseId, 'release')
  }

  async subscribe(): Promise<CancellationStream> {
    this.#checkOpen()
    return followCancellations(this.#client, this.#closing.signal)
  }

  /** Ends waiting claims and streams; every later call rejects with `QueueClosedError`. */
  async close(): Promise<void> {
    this.#closing.abort()
  }

  /** Sends a claim. When the signal aborts, its answer is still taken: jobs may be on their way. */
  async #claimOnce(
    json: { readonly waitMs: number; readonly [field: string]: unknown },
    signal: AbortSignal,
  ): Promise<readonly ClaimedJob[]> {
    const claimId = randomUUID()
    const cutOff = new AbortController()
    let timer: NodeJS.Timeout | undefined
    const end = () => {
      timer = setTimeout(() => cutOff.abort(), LAST_ANSWER_MS)
      // Where this gets lost, the timer ends the claim.
      this.#client.request({ method: 'DELETE', path: `/v1/claims/${claimId}`, signal: cutOff.signal }).catch(() => {})
    }
    signal.addEventListener('abort', end, { once: true })
    try {
      const timeoutMs = json.waitMs + ANSWER_MS
      const request = { method: 'POST', path: '/v1/claims', json: { ...json, claimId }, timeoutMs } as const
      const answer = await this.#client.request<{ readonly jobs: readonly ClaimedJob[] }>({
        ...request,
        signal: cutOff.signal,
      })
      return answer.jobs
    } catch (error) {
      if (signal.aborted) return []
      throw toQueueError(error, this.#client.server)
    } finally {
      signal.removeEventListener('abort', end)
      clearTimeout(timer)
      cutOff.abort()
    }
  }

  async #settle<Answer>(leaseId: string, action: string, json?: unknown): Promise<Answer> {
    if (typeof leaseId !== 'string' || leaseId === '')
      throw new ValidationError('leaseId', 'must be a non-empty string')
    const request: ApiRequest = { method: 'POST', path: `/v1/leases/${pathPart(leaseId)}/${action}`, json }
    try {
      return await this.#client.request<Answer>({ ...request, signal: this.#closing.signal })
    } catch (error) {
      if (this.#closing.signal.aborted) throw new QueueClosedError()
      throw toQueueError(error, this.#client.server)
    }
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted) throw new QueueClosedError()
  }
}
