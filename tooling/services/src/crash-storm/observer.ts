import { setTimeout as sleep } from 'node:timers/promises'
import { type EventSubscription, isTerminalEvent, type JobQueue, type JobRef, type QueueEvent } from '@sluice/core'
import { untilAnswered } from './storm-process.ts'
import { keyOf } from './storm-record.ts'

const pollMs = 20

/** Notes all events from before the first job on. */
export class Observer {
  readonly events: QueueEvent[] = []
  readonly #ended = new Set<string>()

  private constructor(subscription: EventSubscription) {
    void this.#read(subscription)
  }

  static async open(queue: JobQueue): Promise<Observer> {
    return new Observer(await untilAnswered(() => queue.subscribe({ bufferLimit: 1_000_000 })))
  }

  get gaps(): number {
    return this.events.filter(({ kind }) => kind === 'gap').length
  }

  /** Waits until the end of every job was told, as long as that may still come. */
  async untilEnded(jobs: readonly JobRef[], patienceMs: number): Promise<void> {
    const deadline = Date.now() + patienceMs
    while (Date.now() < deadline && this.gaps === 0 && !jobs.every((job) => this.#ended.has(keyOf(job)))) {
      await sleep(pollMs)
    }
  }

  async #read(subscription: EventSubscription): Promise<void> {
    for await (const event of subscription) {
      this.events.push(event)
      if (isTerminalEvent(event) && event.kind !== 'gap') this.#ended.add(keyOf(event))
    }
  }
}
