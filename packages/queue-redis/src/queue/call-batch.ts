/** A call that waits to be sent together with others. */
interface PendingCall<Request, Reply> {
  readonly request: Request
  readonly bytes: number
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: unknown) => void
}

/** Calls sent together: enough to spare round trips, few enough that Redis serves others soon. */
const MAX_CALLS = 50
const MAX_BYTES = 512 * 1024

/**
 * Sends the calls that are made in one turn of the event loop together, in their order.
 *
 * A lone call is sent at once, so nobody waits for others.
 */
export class CallBatch<Request, Reply> {
  readonly #send: (requests: readonly Request[]) => Promise<readonly Reply[]>
  readonly #sizeOf: (request: Request) => number
  #pending: PendingCall<Request, Reply>[] = []
  #bytes = 0

  /** @param send Resolves with the replies in the order of the requests. */
  constructor(
    send: (requests: readonly Request[]) => Promise<readonly Reply[]>,
    sizeOf: (request: Request) => number = () => 0,
  ) {
    this.#send = send
    this.#sizeOf = sizeOf
  }

  call(request: Request): Promise<Reply> {
    const bytes = this.#sizeOf(request)
    if (this.#pending.length > 0 && (this.#pending.length >= MAX_CALLS || this.#bytes + bytes > MAX_BYTES))
      this.#flush()
    return new Promise((resolve, reject) => {
      // Runs once every promise that is settled by now has gone on, and so made the calls that belong together.
      if (this.#pending.length === 0) process.nextTick(() => this.#flush())
      this.#pending.push({ request, bytes, resolve, reject })
      this.#bytes += bytes
    })
  }

  #flush(): void {
    const calls = this.#pending
    if (calls.length === 0) return
    this.#pending = []
    this.#bytes = 0
    this.#send(calls.map(({ request }) => request)).then(
      (replies) => {
        for (const [index, { resolve }] of calls.entries()) resolve(replies[index] as Reply)
      },
      (error) => {
        for (const { reject } of calls) reject(error)
      },
    )
  }
}
