import assert from 'node:assert/strict'
import type { EventSubscription } from '../event-subscription.ts'
import type { JobQueue } from '../job-queue.ts'
import type { QueueEvent } from '../queue-event.ts'
import { EventRecorder, type Recorded, recordEvents } from './event-recorder.ts'
import { job, LONG_MS, PAST_SHORT_MS, retries, SHORT_MS, take } from './sample-jobs.ts'
import type { QueueSuite } from './suite.ts'

export function eventsSection({ describe, it }: QueueSuite): void {
  describe('subscribe', () => {
    it('is live when it resolves, for what any process does [EVT-1]', async (store) => {
      const { queue: other } = await store.peer()
      const subscription = await store.queue.subscribe()
      await other.enqueue(job('build'))
      const { value } = await store.soon('an event', subscription.next())
      assert.deepEqual([value?.kind, value?.kind === 'ready' && value.jobId], ['ready', 'build'])
    })

    it('delivers every event to every subscriber in every process [EVT-1]', async (store) => {
      const { queue: other } = await store.peer()
      const recorders = [
        await recordEvents(store),
        await recordEvents(store),
        await recordEvents({ ...store, queue: other }),
      ]
      await store.queue.enqueue(job('build'))
      await other.complete((await take(store.queue)).lease.leaseId, {})
      for (const events of recorders) {
        await events.next('completed', 'build')
        assert.deepEqual(events.kindsOf('build'), ['ready', 'started', 'completed'])
      }
    })

    it('delivers the events of a job in order [EVT-1]', async (store) => {
      const { queue } = store
      const { queue: other } = await store.peer()
      const events = await recordEvents({ ...store, queue: other })
      const jobIds = Array.from({ length: 10 }, (_, index) => `${index}`)
      await queue.enqueueMany(jobIds.map((jobId) => job(jobId, { retryPolicy: retries(2) })))
      for (let attempt = 0; attempt < 2; attempt++) await Promise.all(jobIds.map(() => failOne(queue)))
      await Promise.all(jobIds.map(async () => queue.complete((await take(other)).lease.leaseId, {})))
      for (const jobId of jobIds) {
        await events.next('completed', jobId)
        const attempt = ['ready', 'started', 'failed']
        assert.deepEqual(events.kindsOf(jobId), [...attempt, ...attempt, 'ready', 'started', 'completed'])
      }
    })

    it('tells the whole life of a job that completes [EVT-2]', async (store) => {
      const { queue } = store
      const events = await recordEvents(store)
      await queue.enqueue(job('build'))
      await queue.complete((await take(queue, { workerId: 'w7' })).lease.leaseId, { url: 'here' })
      await events.next('completed')
      const record = await queue.getJob('run', 'build')
      assert.deepEqual(events.of('build').map(withoutTime), [
        { ...READY, availableAt: record?.availableAt },
        { ...READY, kind: 'started', workerId: 'w7' },
        { ...READY, kind: 'completed', outputs: { url: 'here' } },
      ])
      const [enqueuedAt, startedAt, completedAt] = events.of('build').map(({ at }) => at)
      assert.deepEqual(
        [enqueuedAt, startedAt, completedAt],
        [record?.enqueuedAt, record?.startedAt, record?.finishedAt],
      )
    })

    it('tells of a failure, and that the job is ready again [EVT-2]', async (store) => {
      const { queue } = store
      const events = await recordEvents(store)
      await queue.enqueue(job('build', { retryPolicy: retries(1, LONG_MS) }))
      const { retryAt } = await failOne(queue)
      await events.settle()
      assert.deepEqual(events.of('build').slice(2).map(withoutTime), [
        { ...READY, kind: 'failed', failure: { message: 'broken' }, willRetry: true, retryAt },
        { ...READY, attempt: 1, availableAt: retryAt },
      ])
    })

    it('tells of a release, and that the job is ready again [EVT-2]', async (store) => {
      const { queue } = store
      const events = await recordEvents(store)
      await queue.enqueue(job('build'))
      await queue.release((await take(queue)).lease.leaseId)
      await events.settle()
      assert.deepEqual(events.kindsOf('build'), ['ready', 'started', 'ready'])
      assert.equal(events.of('build')[2]?.attempt, 0)
    })

    it('tells of an expired lease, and that the job is ready again [EVT-2]', async (store) => {
      const { queue, advance } = store
      const events = await recordEvents(store)
      await queue.enqueue(job('build', { retryPolicy: retries(1, LONG_MS) }))
      await take(queue, { leaseTtlMs: SHORT_MS })
      await advance(PAST_SHORT_MS)
      const [reaped] = await queue.reapExpiredLeases()
      await events.settle()
      const [expired, ready] = events.of('build').slice(2)
      assert.deepEqual(expired, reaped)
      assert.deepEqual(ready && withoutTime(ready), { ...READY, attempt: 1, availableAt: reaped?.retryAt })
    })

    it('tells of a cancellation [EVT-2]', async (store) => {
      const events = await recordEvents(store)
      await store.queue.enqueue(job('build'))
      await store.queue.cancel('run', 'build')
      assert.deepEqual(withoutTime(await events.next('cancelled')), { ...READY, kind: 'cancelled' })
    })

    it('tells once of a delayed job that is ready, and when it will be [EVT-2]', async (store) => {
      const { queue, advance } = store
      const events = await recordEvents(store)
      await queue.enqueue(job('build', { delayMs: SHORT_MS }))
      const { at, availableAt } = await events.next('ready', 'build')
      store.assertTime(availableAt, at + SHORT_MS)
      await advance(PAST_SHORT_MS)
      await take(queue)
      await events.settle()
      assert.deepEqual(events.kindsOf('build'), ['ready', 'started'])
    })

    it('delivers only the kinds asked for [EVT-2]', async (store) => {
      const { queue } = store
      const some = await recordEvents(store, { kinds: ['started', 'cancelled'] })
      const all = await recordEvents(store)
      await queue.enqueueMany([job('build'), job('last')])
      await queue.complete((await take(queue)).lease.leaseId, {})
      await queue.cancel('run', 'last')
      await all.settle()
      await some.next('cancelled', 'last')
      assert.deepEqual([some.kindsOf('build'), some.kindsOf('last')], [['started'], ['cancelled']])
    })

    it('puts one gap in the place of what a full buffer lost [EVT-3]', async (store) => {
      const slow = await store.queue.subscribe({ bufferLimit: 5 })
      await enqueueAndDeliver(store, 20)
      const events = await readNow(store, slow)
      assert.equal(events.events.filter(({ kind }) => kind === 'gap').length, 1)
      await store.queue.cancel('run', '0')
      await events.next('cancelled', '0')
    })

    it('puts a gap even for those who asked for other kinds [EVT-3]', async (store) => {
      const slow = await store.queue.subscribe({ bufferLimit: 5, kinds: ['ready'] })
      await enqueueAndDeliver(store, 20)
      const events = await readNow(store, slow)
      await events.next('gap')
    })

    it('holds no more for a slow subscriber than its limit [EVT-4]', async (store) => {
      const abandoned = await store.queue.subscribe({ bufferLimit: 1 })
      const slow = await store.queue.subscribe({ bufferLimit: 10 })
      await enqueueAndDeliver(store, 300)
      const { events } = await readNow(store, slow)
      assert.ok(events.length <= 12, `${events.length} events were held`)
      abandoned.close()
    })

    it('ends when the subscription is closed [EVT-5]', async ({ queue, soon }) => {
      const subscription = await queue.subscribe()
      const reading = subscription.next()
      subscription.close()
      assert.deepEqual(await soon('the end', reading), { done: true, value: undefined })
      assert.equal((await soon('the end', subscription.next())).done, true)
      subscription.close()
    })

    it('ends when its loop is left [EVT-5]', async ({ queue, soon }) => {
      const subscription = await queue.subscribe()
      await queue.enqueueMany([job('a'), job('b')])
      for await (const { kind } of subscription) {
        assert.equal(kind, 'ready')
        break
      }
      assert.equal((await soon('the end', subscription.next())).done, true)
    })

    it('ends when its queue is closed [EVT-5]', async ({ queue, soon }) => {
      const subscription = await queue.subscribe()
      const reading = subscription.next()
      await queue.close()
      assert.equal((await soon('the end', reading)).done, true)
    })
  })
}

const READY = { kind: 'ready', workflowId: 'run', jobId: 'build', attempt: 0 }

function withoutTime({ at, ...event }: Exclude<QueueEvent, { kind: 'gap' }>) {
  return event
}

async function failOne(queue: JobQueue) {
  return queue.fail((await take(queue)).lease.leaseId, { message: 'broken' }, { retryable: true })
}

/** Enqueues jobs, and waits until a subscriber that keeps up has heard of all of them. */
async function enqueueAndDeliver(store: Recorded, count: number): Promise<void> {
  const fast = await recordEvents(store)
  const jobs = Array.from({ length: count }, (_, index) => job(`${index}`))
  await store.soon(`${count} accepted jobs`, store.queue.enqueueMany(jobs))
  for (const { jobId } of jobs) await fast.next('ready', jobId)
}

/** Reads what a subscription holds, up to an event that happens when it holds nothing. */
async function readNow(store: Recorded, subscription: EventSubscription): Promise<EventRecorder> {
  const events = new EventRecorder(store, subscription)
  await new Promise((resolve) => setTimeout(resolve, 10))
  await events.settle()
  return events
}
