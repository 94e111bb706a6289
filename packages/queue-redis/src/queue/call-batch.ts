import { QueueError } from '@sluice/core'

/** A call that waits to be sent together with others. */
interface PendingCall<Request, Reply> {
  readonly request: Request
  readonly bytes: number
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: unknown) => void
}

/** What tells whether another call may wait. */
interface WaitingRoom {
  /** @throws {BackendUnavailableError} while Redis is down, and so many calls of so many bytes wait already. */
  assertRoomBehind(calls: number, bytes: number): void
}

/** Calls sent together: enough to spare round trips, few enough that Redis serves others soon. */
const MAX_CALLS = 50
const MAX_BYTES = 512 * 1024
/** What is sent waits in a line that is no longer than this, so that the last is not given up for the time that it stood there. */
const MAX_IN_FLIGHT = 8

/**
 * Sends the calls that are made in one turn of the event loop together, in their order.
 *
 * A lone call is sent at once, so nobody waits for others.
 */
export class CallBatch<Request, Reply> {
  readonly #room: WaitingRoom
  readonly #send: (requests: readonly Request[]) => Promise<readonly Reply[]>
  readonly #sizeOf: (request: Request) => number
  readonly #pending: PendingCall<Request, Reply>[] = []
  #pendingBytes = 0
  #inFlight = 0
  #isFlushDue = false

  /** @param send Resolves with the replies in the order of the requests. */
  constructor(
    room: WaitingRoom,
    send: (requests: readonly Request[]) => Promise<readonly Reply[]>,
    sizeOf: (request: Request) => number = () => 0,
  ) {
    this.#room = room
    this.#send = send
    this.#sizeOf = sizeOf
  }

  call(request: Request): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#room.assertRoomBehind(this.#pending.length, this.#pendingBytes)
      const bytes = this.#sizeOf(request)
      this.#pending.push({ request, bytes, resolve, reject })
      this.#pendingBytes += bytes
      if (this.#isFlushDue) return
      this.#isFlushDue = true
      // Runs once every promise that is settled by now has gone on, and so made the calls that belong together.
      process.nextTick(() => {
        this.#isFlushDue = false
        this.#flush()
      })
    })
  }

  #flush(): void {
    while (this.#inFlight < MAX_IN_FLIGHT && this.#pending.length > 0) void this.#sendBatch(this.#takeBatch())
  }

  #takeBatch(): readonly PendingCall<Request, Reply>[] {
    let count = 0
    let total = 0
    for (const { bytes } of this.#pending) {
      total += bytes
      if (count === MAX_CALLS || (count > 0 && total > MAX_BYTES)) break
      count++
    }
    return this.#take(count)
  }

  #take(count: number): readonly PendingCall<Request, Reply>[] {
    const taken = this.#pending.splice(0, count)
    for (const { bytes } of taken) this.#pendingBytes -= bytes
    return taken
  }

  async #sendBatch(calls: readonly PendingCall<Request, Reply>[]): Promise<void> {
    this.#inFlight++
    try {
      const replies = await this.#send(calls.map(({ request }) => request))
      for (const [index, { resolve }] of calls.entries()) resolve(replies[index] as Reply)
    } catch (error) {
      for (const { reject } of calls) reject(error)
      // Who stands in line would wait for the same in vain.
      if (QueueError.is(error, 'BACKEND_UNAVAILABLE'))
        for (const { reject } of this.#take(this.#pending.length)) reject(error)
    } finally {
      this.#inFlight--
      this.#flush()
    }
  }
}
