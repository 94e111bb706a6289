import assert from 'node:assert/strict'
import type { FollowLogOptions, LogStore, StoredLogChunk } from '../log-store.ts'
import { withCode } from './sample-jobs.ts'
import { BUILD, chunk, chunks, positionsOf, range, sequencesOf } from './sample-logs.ts'
import type { LogStoreSuite } from './suite.ts'

export function followSection({ describe, it }: LogStoreSuite): void {
  describe('follow', () => {
    it('yields what is stored and what is to come, from any process [LOG-4]', async ({ logs, peer, soon }) => {
      const { logs: other } = await peer()
      await logs.append(chunks(0, 2))
      const following = follow(logs, 6)
      await logs.append([chunk(3)])
      await other.append(chunks(4, 5))
      const stored = await soon('6 chunks', following)
      assert.deepEqual([sequencesOf(stored), positionsOf(stored)], [range(0, 5), range(0, 5)])
      assert.deepEqual(stored, (await logs.read(BUILD)).chunks)
    })

    it('begins at the position asked for [LOG-4]', async ({ logs, soon }) => {
      await logs.append(chunks(0, 4))
      const early = follow(logs, 3, { from: 3 })
      const later = follow(logs, 1, { from: 5 })
      await logs.append(chunks(5, 5))
      assert.deepEqual(positionsOf(await soon('3 chunks', early)), [3, 4, 5])
      assert.deepEqual(positionsOf(await soon('1 chunk', later)), [5])
    })

    it('refuses a beginning that is none with the first chunk [LIM-1]', async ({ logs }) => {
      for (const options of [null, { from: -1 }]) {
        await assert.rejects(follow(logs, 1, options as FollowLogOptions), withCode('VALIDATION'))
      }
    })

    it('begins before the log does [LOG-4]', async ({ logs, soon }) => {
      const following = follow(logs, 1)
      await new Promise((resolve) => setTimeout(resolve, 10))
      await logs.append([chunk(0)])
      assert.equal((await soon('1 chunk', following))[0]?.text, 'line 0\n')
    })

    it('reads a long log from its beginning [LOG-4]', async ({ logs, soon }) => {
      await logs.append(chunks(0, 1499))
      const following = follow(logs, 1501)
      await logs.append([chunk(1500)])
      assert.deepEqual(sequencesOf(await soon('1501 chunks', following)), range(0, 1500))
    })

    it('loses and repeats nothing whenever it begins [LOG-4]', async ({ logs, peer, soon }) => {
      const { logs: other } = await peer()
      const followers = []
      for (let sequence = 0; sequence < 40; sequence += 2) {
        const appending = logs.append(chunks(sequence, sequence + 1))
        followers.push(follow(sequence % 4 ? logs : other, 40))
        await appending
      }
      for (const stored of await soon('40 chunks for each', Promise.all(followers))) {
        assert.deepEqual(positionsOf(stored), range(0, 39))
        assert.deepEqual(sequencesOf(stored), range(0, 39))
      }
    })

    it('yields the log of its job only [LOG-4]', async ({ logs, soon }) => {
      const following = follow(logs, 2)
      await logs.append([chunk(0), chunk(0, { jobId: 'test' }), chunk(1)])
      assert.deepEqual(sequencesOf(await soon('2 chunks', following)), [0, 1])
    })

    it('ends when its signal aborts [LOG-5]', async ({ logs, soon }) => {
      await logs.append(chunks(0, 1))
      const controller = new AbortController()
      const following = follow(logs, 100, { signal: controller.signal })
      await new Promise((resolve) => setTimeout(resolve, 10))
      controller.abort()
      assert.equal((await soon('the end', following)).length, 2)
      const signal = AbortSignal.abort()
      assert.deepEqual(await soon('the end', follow(logs, 100, { signal })), [])
    })

    it('ends when its consumer stops [LOG-5]', async ({ logs, soon }) => {
      await logs.append(chunks(0, 5))
      assert.equal((await soon('2 chunks', follow(logs, 2))).length, 2)
      const iterator = logs.follow(BUILD, { from: 6 })[Symbol.asyncIterator]()
      const reading = iterator.next()
      await new Promise((resolve) => setTimeout(resolve, 10))
      await logs.append([chunk(6)])
      assert.equal((await soon('a chunk', reading)).value?.sequence, 6)
      assert.equal((await soon('the end', iterator.return?.() ?? Promise.reject())).done, true)
    })
  })
}

/** Follows a log until it has yielded so many chunks, or ends. */
async function follow(logs: LogStore, count: number, options?: FollowLogOptions): Promise<StoredLogChunk[]> {
  const stored: StoredLogChunk[] = []
  for await (const each of logs.follow(BUILD, options)) {
    stored.push(each)
    if (stored.length === count) break
  }
  return stored
}
