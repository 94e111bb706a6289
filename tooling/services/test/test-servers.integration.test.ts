import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { expect, it } from 'vitest'
import { testPostgres, testRedis } from '../src/index.ts'

it('creates empty databases, and drops them with the sessions on them', async () => {
  const server = await testPostgres()
  const databases = await Promise.all([server.createDatabase(), server.createDatabase()])
  const clients = databases.map(({ url }) => new Client({ connectionString: url }))
  const ends = clients.map((client) => new Promise((resolve) => client.on('error', () => {}).once('end', resolve)))
  for (const client of clients) await client.connect()
  for (const client of clients) await client.query('CREATE TABLE jobs (id text)')
  await Promise.all(databases.map((database) => database.dispose()))
  await Promise.all(ends)
  const gone = new Client({ connectionString: databases[0]?.url })
  await expect(gone.connect()).rejects.toMatchObject({ code: '3D000' })
})

it('serves one Redis to all who ask', async () => {
  const [one, another] = await Promise.all([testRedis(), testRedis()])
  const clients = [new Redis(one.url), new Redis(another.url)] as const
  const key = `sluice-test:${randomUUID()}`
  await clients[0].set(key, 'here', 'EX', 60)
  expect(await clients[1].getdel(key)).toBe('here')
  for (const client of clients) client.disconnect()
})
