import { Client } from 'pg'
import { expect, it } from 'vitest'
import { startPgBouncer, testPostgres } from '../src/index.ts'

it('runs the transactions of several clients in one session of the server', async () => {
  const database = await (await testPostgres()).createDatabase()
  const pool = await startPgBouncer(database.url, { settings: { default_pool_size: 1 } })
  const clients = [new Client({ connectionString: pool.url }), new Client({ connectionString: pool.url })]
  const sessions = new Set<number>()
  for (const client of clients) {
    await client.connect()
    const { rows } = await client.query('SELECT pg_backend_pid() AS session')
    sessions.add(rows[0].session)
  }
  expect(sessions.size).toBe(1)
  await Promise.all(clients.map((client) => client.end()))
  await pool.dispose()
  await database.dispose()
})
