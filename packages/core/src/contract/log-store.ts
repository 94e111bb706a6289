import assert from 'node:assert/strict'
import type { LogStore, ReadLogOptions, StoredLogChunk } from '../log-store.ts'
import { LONG_MS, PAST_SHORT_MS, SHORT_MS, withCode } from './sample-jobs.ts'
import { BUILD, chunk, chunks, positionsOf, range, sequencesOf } from './sample-logs.ts'
import type { LogStoreSuite } from './suite.ts'

export function logStoreSection({ describe, it }: LogStoreSuite): void {
  describe('append', () => {
    it('stores chunks in order, for all to read as soon as it resolves [LOG-1]', async (store) => {
      const { logs, advance } = store
      const { logs: other } = await store.peer()
      const appended = [
        chunk(0, { text: 'ü\u{1f680}\n' }),
        chunk(1, { stream: 'stderr', text: '' }),
        chunk(0, { attempt: 1, stream: 'system' }),
      ]
      await logs.append(appended.slice(0, 2))
      await advance(SHORT_MS)
      await logs.append(appended.slice(2))
      const { chunks: stored } = await other.read(BUILD)
      assert.deepEqual(
        stored.map(({ position, at, ...rest }) => rest),
        appended,
      )
      assert.deepEqual(positionsOf(stored), [0, 1, 2])
      store.assertTime(stored[2]?.at, Number(stored[0]?.at) + SHORT_MS)
    })

    it('counts positions in each job [LOG-1]', async ({ logs }) => {
      const others = [
        { ...BUILD, jobId: 'test' },
        { ...BUILD, workflowId: 'run2' },
      ]
      for (const ref of [BUILD, ...others]) await logs.append(chunks(0, 2, ref))
      for (const ref of [BUILD, ...others]) assert.deepEqual(positionsOf((await logs.read(ref)).chunks), [0, 1, 2])
    })

    it('takes many chunks, and none [LOG-1]', async ({ logs }) => {
      await logs.append([])
      await logs.append([...chunks(0, 1499), ...chunks(0, 4, { jobId: 'test' })])
      assert.deepEqual(sequencesOf(await readAll(logs)), range(0, 1499))
      assert.equal((await logs.read({ ...BUILD, jobId: 'test' })).chunks.length, 5)
    })

    it('stores a repeated chunk once, and leaves the first as it is [LOG-2]', async ({ logs, peer }) => {
      const { logs: other } = await peer()
      await logs.append(chunks(0, 3))
      const before = await logs.read(BUILD)
      await other.append(chunks(1, 2, { text: 'other', stream: 'stderr' }))
      assert.deepEqual(await logs.read(BUILD), before)
      await logs.append([...chunks(2, 5), chunk(5)])
      assert.deepEqual(sequencesOf((await logs.read(BUILD)).chunks), range(0, 5))
    })

    it('orders chunks by their arrival, whatever their sequences [LOG-2]', async ({ logs }) => {
      const sequences = [2 ** 47, 2 ** 47 + 1, 5, Number.MAX_SAFE_INTEGER, 0]
      for (const sequence of [...sequences, ...sequences]) await logs.append([chunk(sequence)])
      assert.deepEqual(sequencesOf((await logs.read(BUILD)).chunks), sequences)
    })

    it('stores a chunk once when it is appended many times at once [LOG-2]', async ({ logs, peer }) => {
      const { logs: other } = await peer()
      const calls = range(0, 7).map((index) => (index % 2 ? logs : other).append(chunks(index, index + 10)))
      await Promise.all(calls)
      const stored = await readAll(logs)
      assert.deepEqual(
        sequencesOf(stored).sort((a, b) => a - b),
        range(0, 17),
      )
      assert.deepEqual(positionsOf(stored), range(0, 17))
    })

    it('refuses a bad chunk and stores nothing of the call [LOG-8]', async ({ logs }) => {
      const bad = [
        chunk(1, { jobId: '' }),
        chunk(1, { workflowId: 'new\nline' }),
        chunk(-1),
        chunk(0.5),
        chunk(1, { attempt: -1 }),
        chunk(1, { stream: 'stdin' as never }),
        chunk(1, { text: 7 as never }),
      ]
      for (const each of bad) await assert.rejects(logs.append([chunk(0), each]), withCode('VALIDATION'))
      assert.deepEqual((await logs.read(BUILD)).chunks, [])
    })

    it('cuts a log at its size limit, with a mark [LOG-6]', async ({ logs }) => {
      await logs.append([chunk(0, { jobId: 'test' })])
      const sequence = await fillLog(logs)
      const stored = await readAll(logs)
      const marked = stored.filter(({ truncated }) => truncated)
      assert.deepEqual(marked, [stored.at(-1)])
      await logs.append([chunk(sequence + 1), chunk(0, { attempt: 1, text: '' })])
      await logs.append([chunk(1, { jobId: 'test' })])
      assert.deepEqual(positionsOf(await readAll(logs)), positionsOf(stored))
      assert.equal((await logs.read({ ...BUILD, jobId: 'test' })).chunks.length, 2)
    })
  })

  describe('read', () => {
    it('reads in pages [LOG-3]', async ({ logs }) => {
      await logs.append(chunks(0, 9))
      for (const limit of [1, 3, 10, 11]) {
        const stored = await readAll(logs, limit)
        assert.deepEqual(sequencesOf(stored), range(0, 9), `pages of ${limit}`)
      }
      const { chunks: page, next } = await logs.read(BUILD, { from: 4, limit: 3 })
      assert.deepEqual([positionsOf(page), next], [[4, 5, 6], 7])
    })

    it('is empty past the end and for an unknown job [LOG-3]', async ({ logs }) => {
      await logs.append(chunks(0, 1))
      assert.deepEqual(await logs.read(BUILD, { from: 2 }), { chunks: [], next: 2 })
      assert.deepEqual(await logs.read({ workflowId: 'run', jobId: 'test' }), { chunks: [], next: 0 })
    })

    it('refuses a page that breaks a limit [LIM-1]', async ({ logs }) => {
      for (const options of [null, { from: -1 }, { limit: 0 }, { limit: 1001 }]) {
        await assert.rejects(logs.read(BUILD, options as ReadLogOptions), withCode('VALIDATION'))
      }
    })
  })

  describe('purge', () => {
    it('removes the logs that are old enough, and nothing else [LOG-7]', async ({ logs, peer, advance, clock }) => {
      const { logs: other } = await peer()
      await logs.append([...chunks(0, 3), ...chunks(0, 1, { jobId: 'test' })])
      await advance(SHORT_MS)
      if (clock === 'manual') assert.equal(await other.purge(SHORT_MS), 0, 'this age is not more than that age')
      await advance(PAST_SHORT_MS)
      assert.equal(await other.purge(LONG_MS), 0)
      assert.equal(await other.purge(SHORT_MS), 2)
      assert.deepEqual((await logs.read(BUILD)).chunks, [])
      await logs.append(chunks(0, 1, { text: 'new' }))
      assert.deepEqual(positionsOf((await logs.read(BUILD)).chunks), [0, 1])
    })

    it('goes by the last chunk of a log [LOG-7]', async ({ logs, advance }) => {
      await logs.append(chunks(0, 3))
      await advance(LONG_PAUSE_MS)
      await logs.append([chunk(4)])
      assert.equal(await logs.purge(LONG_PAUSE_MS - SHORT_MS), 0)
      assert.equal((await logs.read(BUILD)).chunks.length, 5)
    })
  })
}

/** Long enough for a slow call to be shorter. */
const LONG_PAUSE_MS = 2000

/** Appends until the log says that it is full, and returns the last sequence. */
async function fillLog(logs: LogStore): Promise<number> {
  const text = 'x'.repeat(65_536)
  for (let sequence = 0; sequence < 2048; sequence++) {
    await logs.append([chunk(sequence, { text })])
    const { chunks: stored } = await logs.read(BUILD, { from: sequence })
    if (stored.length === 0 || stored.some(({ truncated }) => truncated)) return sequence
  }
  return assert.fail('a log of 128 MiB was not cut')
}

async function readAll(logs: LogStore, limit = 1000): Promise<StoredLogChunk[]> {
  const all: StoredLogChunk[] = []
  for (let from = 0; ; ) {
    const { chunks: page, next } = await logs.read(BUILD, { from, limit })
    if (page.length === 0) return all
    all.push(...page)
    from = next
  }
}
