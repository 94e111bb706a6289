import type { EventSubscription, SubscribeOptions } from '../event-subscription.ts'
import type { JobQueue } from '../job-queue.ts'
import type { JobEventKind, QueueEvent } from '../queue-event.ts'
import { job } from './sample-jobs.ts'
import type { TestStore } from './suite.ts'

/** What a recorder needs of a test's store. */
export type Recorded = Pick<TestStore<{ readonly queue: JobQueue }>, 'queue' | 'soon'>

/** Subscribes, and keeps every event in the order of its arrival until the queue is closed. */
export async function recordEvents(store: Recorded, options?: SubscribeOptions): Promise<EventRecorder> {
  return new EventRecorder(store, await store.queue.subscribe(options))
}

export class EventRecorder {
  readonly events: QueueEvent[] = []
  readonly #store: Recorded
  #arrived = Promise.withResolvers<void>()
  #failure: unknown

  constructor(store: Recorded, subscription: EventSubscription) {
    this.#store = store
    this.#read(subscription).catch((failure: unknown) => {
      this.#failure = failure ?? new Error('the subscription failed')
      this.#arrived.resolve()
    })
  }

  /** Waits for the first event of a kind, of a job of the workflow `run` where one is named. */
  async next<Kind extends QueueEvent['kind']>(
    kind: Kind,
    jobId?: string,
  ): Promise<Extract<QueueEvent, { kind: Kind }>> {
    const matches = (event: QueueEvent) =>
      event.kind === kind && (jobId === undefined || (event.kind !== 'gap' && event.jobId === jobId))
    return this.#store.soon(`event ${kind} of job ${jobId ?? '*'}`, this.#find(matches)) as never
  }

  /** Waits for an event of a job, or for a gap, which may stand in its place. */
  async nextOrGap(kind: JobEventKind, jobId: string): Promise<void> {
    const matches = (event: QueueEvent) => event.kind === 'gap' || (event.kind === kind && event.jobId === jobId)
    await this.#store.soon(`event ${kind} of job ${jobId}, or a gap`, this.#find(matches))
  }

  /** Returns the events of a job so far. */
  of(jobId: string, workflowId = 'run'): Exclude<QueueEvent, { kind: 'gap' }>[] {
    return this.events
      .filter((event) => event.kind !== 'gap')
      .filter((event) => event.jobId === jobId && event.workflowId === workflowId)
  }

  /** Returns the kinds of a job's events so far. */
  kindsOf(jobId: string, workflowId?: string): JobEventKind[] {
    return this.of(jobId, workflowId).map((event) => event.kind)
  }

  /** Waits until what happened before the call has been delivered, by an event of a job that nobody can claim. */
  async settle(): Promise<void> {
    const marker = job('marker', { workflowId: crypto.randomUUID(), requiredLabels: ['nobody'] })
    await this.#store.queue.enqueue(marker)
    const matches = (event: QueueEvent) => event.kind !== 'gap' && event.workflowId === marker.workflowId
    await this.#store.soon('delivery of all events', this.#find(matches))
  }

  async #find(matches: (event: QueueEvent) => boolean): Promise<QueueEvent> {
    for (;;) {
      const event = this.events.find(matches)
      if (event) return event
      if (this.#failure) throw this.#failure
      await this.#arrived.promise
    }
  }

  async #read(subscription: EventSubscription): Promise<void> {
    for await (const event of subscription) {
      this.events.push(event)
      this.#arrived.resolve()
      this.#arrived = Promise.withResolvers()
    }
  }
}
