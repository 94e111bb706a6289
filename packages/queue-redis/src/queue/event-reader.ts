import { EventBuffer, type EventSubscription, QueueError, type SubscribeOptions } from '@sluice/core'
import type { RedisSession } from '../connection/redis-session.ts'
import { parseEvent, type RawEvent } from './parse-event.ts'
import { QUEUE_SCRIPTS } from './queue-scripts.ts'

interface Subscriber {
  readonly buffer: EventBuffer
  /** The latest event before the subscription began; `null` until that is known. */
  since: string | null
  /** What was read before that is known. */
  held: RawEvent[]
}

const PAGE_SIZE = 500

/** Reads the stream of events while somebody in this process subscribes to it; costs nothing otherwise. */
export class EventReader {
  readonly #session: RedisSession
  readonly #pollIntervalMs: number
  readonly #subscribers = new Set<Subscriber>()
  /** The latest event that was read; `null` while nobody reads. */
  #latestId: string | null = null
  #listening: Promise<() => void> | null = null
  #pollTimer: NodeJS.Timeout | undefined
  #isReading = false
  #isAskedAgain = false

  constructor(session: RedisSession, pollIntervalMs: number) {
    this.#session = session
    this.#pollIntervalMs = pollIntervalMs
  }

  /** Resolves when the subscription is live. */
  async subscribe(options: SubscribeOptions | undefined): Promise<EventSubscription> {
    const subscriber: Subscriber = {
      buffer: new EventBuffer(options, () => this.#leave(subscriber)),
      since: null,
      held: [],
    }
    this.#subscribers.add(subscriber)
    try {
      await this.#listen()
      const since = await this.#session.run(QUEUE_SCRIPTS.startEvents, [this.#session.keys.prefix])
      this.#latestId ??= since
      subscriber.since = since
      for (const event of subscriber.held.splice(0)) deliver(event, subscriber)
    } catch (error) {
      subscriber.buffer.close()
      throw error
    }
    return subscriber.buffer
  }

  /** Ends every subscription. */
  close(): void {
    for (const { buffer } of [...this.#subscribers]) buffer.close()
  }

  #leave(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber)
    if (this.#subscribers.size > 0) return
    clearInterval(this.#pollTimer)
    this.#latestId = null
    this.#listening?.then(
      (unsubscribe) => unsubscribe(),
      () => {},
    )
    this.#listening = null
  }

  async #listen(): Promise<void> {
    if (this.#listening === null) {
      clearInterval(this.#pollTimer)
      this.#pollTimer = setInterval(() => void this.#read(), this.#pollIntervalMs)
      this.#listening = this.#session.subscribe(this.#session.keys.key('queue:told'), {
        onMessage: () => void this.#read(),
        // The stream has what was published meanwhile, or tells that it was trimmed.
        onReconnect: () => void this.#read(),
      })
    }
    const listening = this.#listening
    try {
      await listening
    } catch (error) {
      if (this.#listening === listening) this.#listening = null
      throw error
    }
  }

  /** Reads what is new. While it does, further calls only make it look again. */
  async #read(): Promise<void> {
    this.#isAskedAgain = true
    if (this.#isReading) return
    this.#isReading = true
    try {
      while (this.#isAskedAgain) {
        this.#isAskedAgain = false
        await this.#readPage()
      }
    } catch (error) {
      // The next message, the next poll or the connection when it is back makes it look again.
      if (!QueueError.is(error)) throw error
    } finally {
      this.#isReading = false
    }
  }

  async #readPage(): Promise<void> {
    const latestId = this.#latestId
    if (latestId === null) return
    const keys = [this.#session.keys.prefix]
    const [isResumed, events] = await this.#session.run(QUEUE_SCRIPTS.readEvents, keys, [latestId, PAGE_SIZE])
    // Everybody may have left meanwhile.
    if (this.#latestId !== latestId) return
    if (!isResumed) this.#tellGap()
    const last = events.at(-1)
    if (last) this.#latestId = last[0]
    else if (!isResumed) this.#latestId = await this.#session.run(QUEUE_SCRIPTS.startEvents, keys)
    if (events.length === PAGE_SIZE) this.#isAskedAgain = true
    for (const event of events) for (const subscriber of this.#subscribers) deliver(event, subscriber)
  }

  #tellGap(): void {
    for (const { buffer } of this.#subscribers) buffer.push({ kind: 'gap' })
  }
}

/** Each subscriber gets a copy: what it does to an event reaches nobody else. */
function deliver(raw: RawEvent, { buffer, since, held }: Subscriber): void {
  if (since === null) {
    held.push(raw)
    return
  }
  if (!isAfter(raw[0], since)) return
  const event = parseEvent(raw)
  if (event !== null) buffer.push(event)
}

/** Compares ids of a stream, which are a time and a number. */
function isAfter(id: string, other: string): boolean {
  const [time = 0, number = 0] = id.split('-').map(Number)
  const [otherTime = 0, otherNumber = 0] = other.split('-').map(Number)
  return time > otherTime || (time === otherTime && number > otherNumber)
}
