import { Client } from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type PostgresOptions, startPostgres } from '../src/index.ts'

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

async function start(options?: PostgresOptions) {
  const server = await startPostgres(options)
  onTestFinished(() => server.dispose())
  return server
}

describe.each(['machine', 'newest'] as const)('version %s', (version) => {
  it.each(['fast', 'immediate'] as const)(
    'stops %s and comes back on its port with what was committed',
    async (mode) => {
      const server = await start({ version })
      await query(server.url, 'CREATE TABLE jobs AS SELECT 1 AS id')
      await server.stop(mode)
      await expect(query(server.url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      await server.start()
      expect(await query(server.url, 'SELECT id FROM jobs')).toEqual([{ id: 1 }])
    },
  )
})

it('takes settings', async () => {
  const { url } = await start({ settings: { max_connections: 7 } })
  expect(await query(url, 'SHOW max_connections')).toEqual([{ max_connections: '7' }])
})

it('writes to the disk before it acknowledges where it is durable', async () => {
  const [durable, fast] = await Promise.all([start({ durable: true }), start()])
  expect(await query(durable.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }])
  expect(await query(fast.url, 'SHOW fsync')).toEqual([{ fsync: 'off' }])
})

it('sorts text as people do, and not by its bytes', async () => {
  const { url } = await start()
  expect(await query(url, `SELECT 'a' < 'B' AS sorted`)).toEqual([{ sorted: true }])
})

it('tells what the server printed when it does not start', async () => {
  await expect(startPostgres({ settings: { no_such_setting: 1 } })).rejects.toThrow(
    /PostgreSQL .* ended with code 1 before it served\. It printed:.*no_such_setting/s,
  )
})
