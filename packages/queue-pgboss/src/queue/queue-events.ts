import { EventBuffer, type EventSubscription, type QueueEvent, type SubscribeOptions } from '@sluice/core'
import type { Database } from '../database/database.ts'
import type { Listening } from '../database/session.ts'
import { decodeEvents } from './event-codec.ts'

/** Hears that claims may find a job. */
export interface WakeListener {
  /** A job of a label set is ready, or will be in some milliseconds. */
  onReady(labelSet: number, inMs: number): void
  /** Notifications may have been missed. */
  onGap(): void
}

/** Brings what any process tells of jobs to the subscribers, and to the claims that wait, in this one. */
export class QueueEvents {
  readonly #database: Database
  readonly #channel: string
  readonly #wake: WakeListener
  readonly #subscribers = new Set<EventBuffer>()
  #listening: Promise<Listening> | null = null
  #isClosed = false

  constructor(database: Database, wake: WakeListener) {
    this.#database = database
    this.#channel = `${database.schema}_queue`
    this.#wake = wake
  }

  /** Opens a subscription, which is live when this resolves. */
  async subscribe(options?: SubscribeOptions): Promise<EventSubscription> {
    const buffer = new EventBuffer(options, () => this.#subscribers.delete(buffer))
    this.#subscribers.add(buffer)
    try {
      await this.listen()
    } catch (error) {
      buffer.close()
      throw error
    }
    return buffer
  }

  /** Listens from now on, if that has not begun yet. */
  async listen(): Promise<void> {
    this.#listening ??= this.#database
      .listen(this.#channel, {
        onPayload: (payload) => this.#onPayload(payload),
        onReconnect: () => this.#onReconnect(),
      })
      .catch((error: unknown) => {
        this.#listening = null
        throw error
      })
    await this.#listening
  }

  /** Ends every subscription. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const buffer of this.#subscribers) buffer.close()
    const listening = await this.#listening?.catch(() => null)
    await listening?.close()
  }

  #onPayload(payload: string): void {
    if (this.#isClosed) return
    for (const { event, labelSet } of decodeEvents(payload)) {
      for (const buffer of this.#subscribers) buffer.push(copyEvent(event))
      if (event.kind === 'ready' && labelSet !== undefined) this.#wake.onReady(labelSet, event.availableAt - event.at)
    }
  }

  #onReconnect(): void {
    for (const buffer of this.#subscribers) buffer.push({ kind: 'gap' })
    this.#wake.onGap()
  }
}

/** Copies an event, so that what a subscriber does to it does not reach the next. */
function copyEvent(event: QueueEvent): QueueEvent {
  if (event.kind === 'failed') return { ...event, failure: { ...event.failure } }
  if (event.kind === 'completed' && event.outputs !== undefined) return { ...event, outputs: { ...event.outputs } }
  return { ...event }
}
