import type { EventSubscription, QueueEvent } from '@sluice/core'

/** A subscription of which somebody else hears every event, and its reader those that it wants. */
export class ObservedSubscription implements EventSubscription {
  readonly #subscription: EventSubscription
  readonly #onEvent: (event: QueueEvent) => void
  readonly #isWanted: (event: QueueEvent) => boolean

  constructor(
    subscription: EventSubscription,
    onEvent: (event: QueueEvent) => void,
    isWanted: (event: QueueEvent) => boolean,
  ) {
    this.#subscription = subscription
    this.#onEvent = onEvent
    this.#isWanted = isWanted
  }

  async next(): Promise<IteratorResult<QueueEvent, undefined>> {
    for (;;) {
      const result = await this.#subscription.next()
      if (result.done) return result
      this.#onEvent(result.value)
      if (this.#isWanted(result.value)) return result
    }
  }

  async return(): Promise<IteratorResult<QueueEvent, undefined>> {
    this.close()
    return { done: true, value: undefined }
  }

  close(): void {
    this.#subscription.close()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }
}
