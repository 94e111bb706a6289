import type { LogChunk, StoredLogChunk } from '@sluice/core'
import { startProxy, testPostgres } from '@sluice-tooling/services'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { PostgresLogStore, type PostgresLogStoreOptions } from '../../src/log-store/postgres-log-store.ts'

const LOG = { workflowId: 'run', jobId: 'build' }

function chunk(sequence: number, text = `line ${sequence}`): LogChunk {
  return { ...LOG, attempt: 0, sequence, stream: 'stdout', text }
}

async function open(options: PostgresLogStoreOptions = {}) {
  const { url, dispose } = await (await testPostgres()).createDatabase()
  const proxy = await startProxy(url)
  const logs = await PostgresLogStore.open({ connectionString: proxy.url, requestTimeoutMs: 2000, ...options })
  const writer = await PostgresLogStore.open({ connectionString: url, ...options })
  const client = new pg.Client(url)
  await client.connect()
  onTestFinished(async () => {
    await Promise.all([logs.close(), writer.close(), client.end()])
    await proxy.dispose()
    await dispose()
  })
  return { proxy, logs, writer, client }
}

describe('a log at its limit', () => {
  it.each([
    ['at a character', 'ab', 5, 'ab'],
    ['before a character of two bytes that does not fit', 'äöü', 5, 'äö'],
    ['before one of three', 'a€€', 6, 'a€'],
    ['before one of four', 'ab🙂', 5, 'ab'],
    ['to nothing', '🙂', 3, ''],
  ])('is cut %s', async (_, text, maxLogBytesPerJob, kept) => {
    const { logs } = await open({ maxLogBytesPerJob })
    await logs.append([chunk(0, text), chunk(1, 'x'.repeat(10)), chunk(2)])
    const { chunks } = await logs.read(LOG)
    expect(chunks.find(({ truncated }) => truncated)).toMatchObject({ truncated: true })
    expect(chunks[0]?.text).toBe(kept)
    expect(chunks.filter(({ truncated }) => truncated)).toEqual([chunks.at(-1)])
  })
})

describe('follow', () => {
  it('wakes by a notification, and not by its poll', async () => {
    const { logs, writer } = await open({ pollIntervalMs: 3_600_000 })
    const following = logs.follow(LOG)
    await writer.append([chunk(0)])
    expect((await following.next()).value?.text).toBe('line 0')
    for (let sequence = 1; sequence < 5; sequence++) {
      const next = following.next()
      await writer.append([chunk(sequence)])
      expect((await next).value?.text).toBe(`line ${sequence}`)
    }
  })

  it('finds by its poll what no notification told', async () => {
    const { logs, writer, client } = await open({ pollIntervalMs: 50 })
    const following = logs.follow(LOG)
    await writer.append([chunk(0)])
    await following.next()
    const next = following.next()
    await client.query(
      `INSERT INTO sluice.log_chunk SELECT log, 1, 0, 1, 'stdout', 'silent', now(), 12, false FROM sluice.log_chunk`,
    )
    expect((await next).value?.text).toBe('silent')
  })

  it('goes on after an outage, and misses and repeats nothing', async () => {
    const { proxy, logs, writer } = await open({ pollIntervalMs: 100 })
    await writer.append([chunk(0)])
    const stored: StoredLogChunk[] = []
    const following = (async () => {
      for await (const each of logs.follow(LOG)) if (stored.push(each) === 4) break
    })()
    await expect.poll(() => stored.length).toBe(1)
    await proxy.refuse()
    await writer.append([chunk(1), chunk(2)])
    await expect(logs.read(LOG)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' })
    await proxy.accept()
    await expect.poll(() => stored.length).toBe(3)
    await writer.append([chunk(3)])
    await following
    expect(stored.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3])
  })

  it('says that the store is down to who begins then', async () => {
    const { proxy, logs } = await open()
    await proxy.refuse()
    await expect(logs.follow(LOG).next()).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' })
  })
})

describe('purge', () => {
  it('leaves a log that is being written', async () => {
    const { logs, writer, client } = await open()
    await logs.append([chunk(0)])
    await client.query(`UPDATE sluice.log_chunk SET stored_at = now() - interval '1 hour'`)
    await client.query('BEGIN')
    await client.query('SELECT FROM sluice.log FOR UPDATE')
    expect(await logs.purge(60_000)).toBe(0)
    await client.query('COMMIT')
    await Promise.all([writer.append([chunk(1)]), logs.purge(60_000)])
    await writer.append([chunk(2)])
    const { chunks } = await logs.read(LOG)
    expect(chunks.map(({ position }) => position)).toEqual(chunks.map((_, index) => index))
    expect(chunks.at(-1)?.sequence).toBe(2)
  })

  it('removes many logs, and what a process that died had left of them', async () => {
    const { logs, client } = await open()
    const chunks = Array.from({ length: 2500 }, (_, index) => ({ ...chunk(0), jobId: `job-${index}` }))
    await logs.append(chunks)
    await client.query(`UPDATE sluice.log_chunk SET stored_at = now() - interval '1 hour'`)
    await client.query(
      `INSERT INTO sluice.log_chunk SELECT 1000000, n, 0, n, 'stdout', '', now(), 1, false FROM generate_series(0, 9) AS n`,
    )
    await client.query('INSERT INTO sluice.deleted_log VALUES (1000000)')
    expect(await logs.purge(60_000)).toBe(2500)
    const { rows } = await client.query('SELECT count(*)::integer AS count FROM sluice.log_chunk')
    expect(rows).toEqual([{ count: 0 }])
  })
})
