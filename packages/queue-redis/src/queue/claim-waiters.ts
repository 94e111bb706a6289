import { type ClaimedJob, isLabelSubset, parseLabelSetKey, type ValidClaim } from '@sluice/core'
import type { RedisSession } from '../connection/redis-session.ts'
import type { ClaimCalls, ClaimOutcome } from './claim-calls.ts'
import { upkeepIndex } from './index-upkeep.ts'

interface Waiter {
  readonly claim: ValidClaim
  /** Lets it look for a job; `null` while it looks. */
  wake: (() => void) | null
  /** Something happened while it looked. */
  isWokenAgain: boolean
  /** The wait is over, and what it is looking for now is its last look. */
  hasEnded: boolean
}

/** The claims of this process that wait for a job, each until it gets one, its time is up, its signal aborts or the queue closes. */
export class ClaimWaiters {
  readonly #session: RedisSession
  readonly #calls: ClaimCalls
  readonly #pollIntervalMs: number
  /** Who came first is woken first. */
  readonly #waiters = new Set<Waiter>()
  readonly #waits = new Set<Promise<readonly ClaimedJob[]>>()
  #listening: Promise<() => void> | null = null
  #isListening = false
  #pollTimer: NodeJS.Timeout | undefined
  #dueTimer: NodeJS.Timeout | undefined
  #dueAt = Number.POSITIVE_INFINITY
  #isClosed = false

  constructor(session: RedisSession, calls: ClaimCalls, pollIntervalMs: number) {
    this.#session = session
    this.#calls = calls
    this.#pollIntervalMs = pollIntervalMs
  }

  /** Waits until there is a job for the claim; resolves with an empty list when the wait ends without. */
  wait(claim: ValidClaim): Promise<readonly ClaimedJob[]> {
    const wait = this.#wait(claim).finally(() => this.#waits.delete(wait))
    this.#waits.add(wait)
    return wait
  }

  async #wait(claim: ValidClaim): Promise<readonly ClaimedJob[]> {
    const waiter: Waiter = { claim, wake: null, isWokenAgain: false, hasEnded: false }
    const end = () => {
      waiter.hasEnded = true
      waiter.wake?.()
    }
    const timer = setTimeout(end, claim.waitMs)
    claim.signal?.addEventListener('abort', end)
    this.#add(waiter)
    try {
      return await this.#look(waiter)
    } finally {
      clearTimeout(timer)
      claim.signal?.removeEventListener('abort', end)
      this.#remove(waiter)
    }
  }

  /** Ends every wait; resolves when none looks for a job any more. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const waiter of this.#waiters) {
      waiter.hasEnded = true
      waiter.wake?.()
    }
    await Promise.allSettled(this.#waits)
  }

  async #look(waiter: Waiter): Promise<readonly ClaimedJob[]> {
    let isSure = false
    while (!waiter.hasEnded) {
      waiter.isWokenAgain = false
      // What is published from now on is heard: a look that finds nothing can wait for it.
      isSure = this.#isListening
      const { jobs, nextDueMs } = await this.#take(waiter)
      if (jobs.length > 0) return jobs
      this.#setDue(nextDueMs)
      if (waiter.isWokenAgain || waiter.hasEnded) continue
      await (isSure ? this.#woken(waiter) : Promise.race([this.#listen(), this.#woken(waiter)]))
    }
    return []
  }

  async #take(waiter: Waiter): Promise<ClaimOutcome> {
    const outcome = await this.#calls.take(waiter.claim)
    if (!this.#isClosed) return outcome
    // A closed queue takes no call that could settle them.
    await this.#calls.giveBack(outcome.jobs)
    return { jobs: [], nextDueMs: -1 }
  }

  #woken(waiter: Waiter): Promise<void> {
    return new Promise((resolve) => {
      waiter.wake = () => {
        waiter.wake = null
        resolve()
      }
    })
  }

  #add(waiter: Waiter): void {
    if (this.#waiters.size === 0) this.#pollTimer = setInterval(() => void this.#poll(), this.#pollIntervalMs)
    this.#waiters.add(waiter)
  }

  #remove(waiter: Waiter): void {
    this.#waiters.delete(waiter)
    if (this.#waiters.size > 0) return
    clearInterval(this.#pollTimer)
    this.#clearDue()
  }

  /** The channel stays open once it was needed: a worker waits again and again. */
  async #listen(): Promise<void> {
    this.#listening ??= this.#session.subscribe(this.#session.keys.key('queue:wake'), {
      onMessage: (message) => this.#onMessage(message),
      onReconnect: () => this.#wakeAll(),
    })
    try {
      await this.#listening
      this.#isListening = true
    } catch (error) {
      this.#listening = null
      throw error
    }
  }

  /** Reads lines of `<count> <label set>`, or `due <ms>` for a delayed job that is due before all others. */
  #onMessage(message: string): void {
    for (const line of message.split('\n')) {
      const space = line.indexOf(' ')
      const count = line.slice(0, space)
      const rest = line.slice(space + 1)
      if (count === 'due') this.#setDue(Number(rest))
      else this.#wakeFor(parseLabelSetKey(rest), Number(count))
    }
  }

  /** Wakes as many as there are jobs, and has those look again who may have looked too early. */
  #wakeFor(labels: readonly string[], count: number): void {
    let left = count
    for (const waiter of this.#waiters) {
      if (!isLabelSubset(labels, waiter.claim.labels)) continue
      if (waiter.wake === null) waiter.isWokenAgain = true
      else if (left > 0) {
        left -= waiter.claim.limit
        waiter.wake()
      }
    }
  }

  /** Looks for jobs that somebody let wait by a dashboard, and for those of which the message was lost. */
  async #poll(): Promise<void> {
    await upkeepIndex(this.#session).catch(() => {})
    this.#wakeAll()
  }

  #wakeAll(): void {
    for (const waiter of this.#waiters) {
      waiter.isWokenAgain = true
      waiter.wake?.()
    }
  }

  /** Sees to it that one looks when the next delayed job is due; it lets all that are due wait, which wakes the others. */
  #setDue(dueMs: number): void {
    if (dueMs < 0 || this.#waiters.size === 0) return
    const dueAt = performance.now() + dueMs
    if (dueAt >= this.#dueAt) return
    clearTimeout(this.#dueTimer)
    this.#dueAt = dueAt
    this.#dueTimer = setTimeout(() => this.#onDue(), Math.min(dueMs, MAX_TIMEOUT_MS))
  }

  #onDue(): void {
    this.#clearDue()
    const [first] = this.#waiters
    if (first === undefined) return
    first.isWokenAgain = true
    first.wake?.()
  }

  #clearDue(): void {
    clearTimeout(this.#dueTimer)
    this.#dueAt = Number.POSITIVE_INFINITY
  }
}

/** The longest delay that the timers of JavaScript take. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1
