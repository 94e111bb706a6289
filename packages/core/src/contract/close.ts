import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import type { JobQueue } from '../job-queue.ts'
import { EVERY_METHOD } from './every-method.ts'
import { job, LONG_MS, take, WORKER, withCode } from './sample-jobs.ts'
import type { QueueSuite, TestStore } from './suite.ts'

export function closeSection({ describe, it, onNewStore }: QueueSuite): void {
  describe('close', () => {
    for (const [name, call] of Object.entries(EVERY_METHOD)) {
      it(`makes ${name} reject [CLS-1]`, async ({ queue }) => {
        await queue.close()
        await assert.rejects(() => call(queue), withCode('QUEUE_CLOSED'))
      })
    }

    it('ends every waiting claim empty [CLS-1]', async ({ queue, soon }) => {
      const claims = [
        queue.claim({ ...WORKER, waitMs: LONG_MS }),
        queue.claim({ ...WORKER, waitMs: LONG_MS, labels: ['gpu'], signal: new AbortController().signal }),
      ]
      const claimMany = queue.claimMany({ ...WORKER, waitMs: LONG_MS, limit: 5 })
      await new Promise((resolve) => setTimeout(resolve, 10))
      await soon('the end of close', queue.close())
      assert.deepEqual(await soon('the end of the waits', Promise.all(claims)), [null, null])
      assert.deepEqual(await soon('the end of the wait', claimMany), [])
    })

    it('does nothing when it is repeated [CLS-1]', async ({ queue, soon }) => {
      await soon('the end of close', Promise.all([queue.close(), queue.close()]))
      await soon('the end of close', queue.close())
    })

    it('leaves what was leased, and other handles where there are any, as they are [CLS-1]', async ({
      queue,
      peer,
    }) => {
      const { queue: other } = await peer()
      if (other === queue) return
      await queue.enqueue(job('build'))
      const { lease } = await take(queue)
      await queue.close()
      assert.equal(await other.claim(WORKER), null)
      await other.complete(lease.leaseId, {})
    })

    it('leaves no listener on the signals of claims [CLS-1]', async ({ queue, soon }) => {
      const { signal } = new AbortController()
      const waiting = { ...WORKER, waitMs: LONG_MS, signal }
      const served = queue.claim(waiting)
      await queue.enqueue(job('build'))
      await soon('a claimed job', served)
      const ended = queue.claim(waiting)
      await queue.close()
      await soon('the end of the wait', ended)
      assert.deepEqual(getEventListeners(signal, 'abort'), [])
    })

    it('leaves nothing that keeps the process alive [CLS-1]', async ({ patienceMs }) => {
      // The first store may start what all share; others come after it, as the runner's own timers come and go.
      await onNewStore(useAndClose)
      const before = countResources()
      for (let stores = 0; stores < STORES; stores++) await onNewStore(useAndClose)
      const left = () => [...countResources()].filter(([kind, count]) => count - (before.get(kind) ?? 0) > STORES / 2)
      for (const deadline = performance.now() + patienceMs; left().length > 0 && performance.now() < deadline; ) {
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      assert.deepEqual(left(), [])
    })
  })
}

/** How many stores are opened and closed to see what each of them leaves. */
const STORES = 4

async function useAndClose({ queue, soon }: TestStore<{ readonly queue: JobQueue }>): Promise<void> {
  await queue.enqueueMany([job('build'), job('later', { delayMs: LONG_MS })])
  await queue.subscribe()
  await take(queue)
  const waiting = queue.claim({ ...WORKER, waitMs: LONG_MS, signal: new AbortController().signal })
  await queue.close()
  await soon('the end of the wait', waiting)
}

function countResources(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const resource of process.getActiveResourcesInfo()) counts.set(resource, (counts.get(resource) ?? 0) + 1)
  return counts
}
