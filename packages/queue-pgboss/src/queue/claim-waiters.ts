import { type ClaimedJob, isLabelSubset, labelSetKey, type ValidClaim } from '@sluice/core'
import type { ClaimRequest, Grant } from './job-claimer.ts'

/** What waiting claims need of the store. */
export interface ClaimSupply {
  /** The labels that jobs of a label set require; `undefined` where this process has not heard of it. */
  requiredLabels(labelSet: number): readonly string[] | undefined
  claim<Request extends ClaimRequest>(
    labels: readonly string[],
    requests: readonly Request[],
  ): Promise<readonly Grant<Request>[]>
  release(leaseId: string): Promise<void>
  nextDueMs(labels: readonly string[]): Promise<number | null>
}

/** A claim that waits for a job. */
interface ClaimWaiter {
  readonly claim: ValidClaim
  readonly resolve: (jobs: readonly ClaimedJob[]) => void
  readonly reject: (error: unknown) => void
  /** Stops its timer and its signal. */
  readonly disarm: () => void
  /** Whether the store was looked at for it, so that an outage no longer ends its wait. */
  hasLooked: boolean
  /** Whether a look for it is under way. */
  isServed: boolean
  /** Whether its time is up, or its signal has aborted. */
  isOver: boolean
}

/** A request for one job on behalf of a waiter. */
interface WaiterRequest extends ClaimRequest {
  readonly waiter: ClaimWaiter
}

/** The waiting claims of workers with the same labels. */
interface WaitingRoom {
  readonly labels: readonly string[]
  readonly waiters: Set<ClaimWaiter>
  isLooking: boolean
  /** Whether something happened during a look that calls for another. */
  looksAgain: boolean
  timer: NodeJS.Timeout | undefined
  timerAt: number
  dueKnownUntil: number
}

const MAX_REQUESTS = 1000
/** A job that is due may be so a moment later by the clock of the store. */
const DUE_SLACK_MS = 1

/** The claims that wait for a job, each until it is served, its time is up, its signal aborts or the queue closes. */
export class ClaimWaiters {
  readonly #supply: ClaimSupply
  readonly #pollIntervalMs: number
  readonly #rooms = new Map<string, WaitingRoom>()
  readonly #looks = new Set<Promise<void>>()
  #isClosed = false

  constructor(supply: ClaimSupply, pollIntervalMs: number) {
    this.#supply = supply
    this.#pollIntervalMs = pollIntervalMs
  }

  /** Waits for jobs; resolves empty when the wait ends without one. Looks at once for what is there already. */
  wait(claim: ValidClaim): Promise<readonly ClaimedJob[]> {
    if (this.#isClosed || claim.signal?.aborted) return Promise.resolve([])
    const room = this.#roomFor(claim.labels)
    return new Promise((resolve, reject) => {
      const giveUp = () => this.#giveUp(room, waiter)
      const timer = setTimeout(giveUp, claim.waitMs)
      claim.signal?.addEventListener('abort', giveUp)
      const disarm = () => {
        clearTimeout(timer)
        claim.signal?.removeEventListener('abort', giveUp)
      }
      const waiter = { claim, resolve, reject, disarm, hasLooked: false, isServed: false, isOver: false }
      room.waiters.add(waiter)
      this.#look(room)
    })
  }

  /** Looks for those who wait for a job of a label set, which is ready or will be. */
  wake(labelSet: number, inMs: number): void {
    const required = this.#supply.requiredLabels(labelSet)
    for (const room of this.#rooms.values()) {
      if (required !== undefined && !isLabelSubset(required, room.labels)) continue
      if (inMs > 0) this.#lookIn(room, inMs + DUE_SLACK_MS)
      else this.#look(room)
    }
  }

  /** Looks for all who wait. */
  wakeAll(): void {
    for (const room of this.#rooms.values()) {
      room.dueKnownUntil = 0
      this.#look(room)
    }
  }

  /** Ends every wait, empty; what a look still finds is handed back. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const room of this.#rooms.values()) for (const waiter of room.waiters) this.#giveUp(room, waiter)
    while (this.#looks.size > 0) await Promise.all(this.#looks)
  }

  #roomFor(labels: readonly string[]): WaitingRoom {
    const key = labelSetKey(labels)
    let room = this.#rooms.get(key)
    if (room === undefined) {
      room = {
        labels,
        waiters: new Set(),
        isLooking: false,
        looksAgain: false,
        timer: undefined,
        timerAt: Number.POSITIVE_INFINITY,
        dueKnownUntil: 0,
      }
      this.#rooms.set(key, room)
    }
    return room
  }

  #giveUp(room: WaitingRoom, waiter: ClaimWaiter): void {
    waiter.isOver = true
    // A look that is under way may have leased a job to it: it ends once that is handed back.
    if (!waiter.isServed) this.#end(room, waiter, [])
  }

  #end(room: WaitingRoom, waiter: ClaimWaiter, jobs: readonly ClaimedJob[]): void {
    this.#remove(room, waiter)
    waiter.resolve(jobs)
  }

  #remove(room: WaitingRoom, waiter: ClaimWaiter): void {
    waiter.disarm()
    room.waiters.delete(waiter)
    if (room.waiters.size > 0 || room.isLooking) return
    clearTimeout(room.timer)
    this.#rooms.delete(labelSetKey(room.labels))
  }

  #look(room: WaitingRoom): void {
    if (room.isLooking) {
      room.looksAgain = true
      return
    }
    room.isLooking = true
    const looking = this.#lookWhileNeeded(room).finally(() => this.#looks.delete(looking))
    this.#looks.add(looking)
  }

  async #lookWhileNeeded(room: WaitingRoom): Promise<void> {
    // Claims that were made in one turn of the event loop are looked for together.
    await new Promise((resolve) => setImmediate(resolve))
    do {
      room.looksAgain = false
      await this.#lookOnce(room)
    } while (room.looksAgain && room.waiters.size > 0)
    room.isLooking = false
    if (room.waiters.size > 0) return
    clearTimeout(room.timer)
    this.#rooms.delete(labelSetKey(room.labels))
  }

  async #lookOnce(room: WaitingRoom): Promise<void> {
    const served = [...room.waiters].filter(({ isOver }) => !isOver).slice(0, MAX_REQUESTS)
    if (served.length === 0) return
    const requests = requestsOf(served)
    for (const waiter of served) waiter.isServed = true
    try {
      const grants = await this.#supply.claim(room.labels, requests)
      await this.#handOut(room, served, grants)
      if (grants.length < requests.length) await this.#scheduleDue(room)
      else room.looksAgain = true
    } catch (error) {
      this.#suffer(room, served, error)
      this.#lookIn(room, this.#pollIntervalMs)
    }
  }

  async #handOut(
    room: WaitingRoom,
    served: readonly ClaimWaiter[],
    grants: readonly Grant<WaiterRequest>[],
  ): Promise<void> {
    const given = Map.groupBy(grants, ({ request }) => request.waiter)
    const handingBack: Promise<void>[] = []
    for (const waiter of served) {
      waiter.isServed = false
      waiter.hasLooked = true
      const own = (given.get(waiter) ?? []).map(({ job }) => job)
      if (waiter.isOver) handingBack.push(this.#handBack(own).then(() => this.#end(room, waiter, [])))
      else if (own.length > 0) this.#end(room, waiter, own)
    }
    await Promise.all(handingBack)
  }

  /** Releases jobs that nobody waits for any more; where that fails, their leases run out. */
  async #handBack(jobs: readonly ClaimedJob[]): Promise<void> {
    await Promise.allSettled(jobs.map(({ lease }) => this.#supply.release(lease.leaseId)))
  }

  /** After a look that failed: who was never looked for is told so, the others go on waiting. */
  #suffer(room: WaitingRoom, served: readonly ClaimWaiter[], error: unknown): void {
    for (const waiter of served) {
      waiter.isServed = false
      if (!room.waiters.has(waiter)) continue
      if (waiter.isOver) this.#end(room, waiter, [])
      else if (!waiter.hasLooked) {
        this.#remove(room, waiter)
        waiter.reject(error)
      }
    }
  }

  /** Looks again when the next delayed job is due, and now and then in any case: a notification may have been lost. */
  async #scheduleDue(room: WaitingRoom): Promise<void> {
    this.#lookIn(room, this.#pollIntervalMs)
    const now = performance.now()
    // What is delayed later is told of.
    if (now < room.dueKnownUntil) return
    room.dueKnownUntil = now + this.#pollIntervalMs
    const dueInMs = await this.#supply.nextDueMs(room.labels)
    if (dueInMs !== null) this.#lookIn(room, dueInMs + DUE_SLACK_MS)
  }

  /** Looks after some milliseconds, unless it is to look sooner. */
  #lookIn(room: WaitingRoom, ms: number): void {
    const at = performance.now() + Math.min(ms, this.#pollIntervalMs)
    if (room.timerAt <= at || this.#isClosed) return
    clearTimeout(room.timer)
    room.timerAt = at
    room.timer = setTimeout(
      () => {
        room.timerAt = Number.POSITIVE_INFINITY
        this.#look(room)
      },
      Math.max(0, at - performance.now()),
    )
  }
}

/** One job for each waiter first, then what they would take beyond: as many as possible get one. */
function requestsOf(waiters: readonly ClaimWaiter[]): readonly WaiterRequest[] {
  const requestOf = (waiter: ClaimWaiter): WaiterRequest => {
    const { workerId, leaseTtlMs } = waiter.claim
    return { workerId, leaseTtlMs, waiter }
  }
  const more = waiters.flatMap((waiter) => Array.from({ length: waiter.claim.limit - 1 }, () => requestOf(waiter)))
  return [...waiters.map(requestOf), ...more].slice(0, MAX_REQUESTS)
}
