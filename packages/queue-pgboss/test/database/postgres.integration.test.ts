import { once } from 'node:events'
import { startProxy, testPostgres } from '@sluice-tooling/services'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import type { PostgresOptions } from '../../src/database/database-options.ts'
import { openDatabase } from '../../src/database/open-database.ts'

const server = await testPostgres()

async function newDatabase(): Promise<string> {
  const { url, dispose } = await server.createDatabase()
  onTestFinished(dispose)
  return url
}

async function open(options: PostgresOptions): Promise<Database> {
  const database = await openDatabase(options)
  onTestFinished(() => database.close())
  return database
}

/** A database, and the proxy by way of which it is reached. */
async function openByProxy(options: PostgresOptions = {}) {
  const proxy = await startProxy(await newDatabase())
  onTestFinished(() => proxy.dispose())
  return { proxy, database: await open({ connectionString: proxy.url, requestTimeoutMs: 500, ...options }) }
}

const outage = expect.objectContaining({ code: 'BACKEND_UNAVAILABLE', cause: expect.any(Error) })

describe('a transaction', () => {
  it('sends what its body does not await in one go, and settles it all', async () => {
    const database = await open({ connectionString: await newDatabase() })
    const { first, second } = await database.transaction(async (session) => ({
      first: session.query<{ n: number }>('SELECT 1 AS n'),
      second: session.query<{ n: number }>('SELECT 2 AS n'),
    }))
    expect([await first, await second]).toEqual([[{ n: 1 }], [{ n: 2 }]])
  })

  it('is undone when its body rejects, or a statement fails', async () => {
    const database = await open({ connectionString: await newDatabase() })
    await database.query({ text: 'CREATE TABLE t (n integer)' })
    const insert = { text: 'INSERT INTO t VALUES (1)' }
    const refused = database.transaction(async (session) => {
      await session.query(insert)
      throw new TypeError('refused')
    })
    await expect(refused).rejects.toThrow('refused')
    const failed = database.transaction(async (session) => {
      session.query(insert)
      session.query('SELECT 1 / 0')
      session.query('SELECT 2')
    })
    await expect(failed).rejects.toMatchObject({ code: '22012' })
    expect(await database.query('SELECT * FROM t')).toEqual([])
  })

  it('is repeated when it fell to a deadlock', async () => {
    const database = await open({ connectionString: await newDatabase() })
    await database.query({ text: 'CREATE TABLE t (id integer PRIMARY KEY, n integer)' })
    await database.query({ text: 'INSERT INTO t VALUES (1, 0), (2, 0)' })
    const both = Promise.withResolvers<void>()
    let holders = 0
    const add = (ids: readonly number[]) =>
      database.transaction(async (session) => {
        for (const id of ids) {
          await session.query('UPDATE t SET n = n + 1 WHERE id = $1', [id])
          if (++holders === 2) both.resolve()
          await both.promise
        }
      })
    await Promise.all([add([1, 2]), add([2, 1])])
    expect(await database.query('SELECT n FROM t')).toEqual([{ n: 2 }, { n: 2 }])
  })

  it('may take longer than a request, for as long as the server answers', async () => {
    const database = await open({ connectionString: await newDatabase(), requestTimeoutMs: 400 })
    await database.transaction(async (session) => {
      for (let step = 0; step < 5; step++) await session.query('SELECT pg_sleep(0.2)')
    })
    await expect(database.query('SELECT pg_sleep(2)')).rejects.toEqual(outage)
  })
})

describe('a server that is down', () => {
  it('is told of at once where it refuses', async () => {
    const { proxy, database } = await openByProxy()
    await proxy.refuse()
    await expect(database.query('SELECT 1')).rejects.toEqual(outage)
    await proxy.accept()
    expect(await database.query('SELECT 1 AS n')).toEqual([{ n: 1 }])
  })

  it('is told of within the time for a request where it is silent, on old connections and new ones', async () => {
    const { proxy, database } = await openByProxy()
    proxy.freeze()
    const startedAt = performance.now()
    const calls = Array.from({ length: 30 }, (_, index) =>
      index % 2 ? database.query('SELECT 1') : database.transaction((session) => session.query('SELECT 1')),
    )
    for (const call of await Promise.allSettled(calls)) expect(call).toEqual({ status: 'rejected', reason: outage })
    expect(performance.now() - startedAt).toBeLessThan(5000)
    proxy.thaw()
    expect(await database.query('SELECT 1 AS n')).toEqual([{ n: 1 }])
  })

  it('costs bounded memory: what comes when too much waits is refused at once', async () => {
    const { proxy, database } = await openByProxy()
    proxy.freeze()
    let refusedAtOnce = 0
    const calls = Array.from({ length: 20_100 }, () => database.query('SELECT 1'))
    for (const call of calls) call.catch((error) => /wait already/.test(error.cause.message) && refusedAtOnce++)
    await Promise.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    expect(refusedAtOnce).toBe(100)
    await Promise.allSettled(calls)
    proxy.thaw()
  })

  it('does not keep a database from being closed', async () => {
    const { proxy, database } = await openByProxy()
    const query = database.query('SELECT pg_sleep(60)')
    proxy.freeze()
    await Promise.all([expect(query).rejects.toEqual(outage), database.close()])
  })

  it('lets nothing be opened, and says so', async () => {
    const opening = openDatabase({ connectionString: 'postgres://127.0.0.1:1/none' })
    await expect(opening).rejects.toEqual(outage)
    await expect(opening).rejects.toThrow('PostgreSQL at 127.0.0.1:1, database none is unavailable')
  })
})

describe('a listener', () => {
  it('hears each channel in order, on one connection', async () => {
    const url = await newDatabase()
    const database = await open({ connectionString: url })
    const heard: string[] = []
    const fence = [Promise.withResolvers<string>(), Promise.withResolvers<string>()]
    const onReconnect = () => heard.push('reconnect')
    const first = await database.listen('a', { onPayload: (payload) => heard.push(payload), onReconnect })
    await database.listen('b', { onPayload: (payload) => fence[Number(payload)]?.resolve(payload), onReconnect })
    await database.query("SELECT pg_notify('a', n::text) FROM generate_series(1, 3) AS n")
    await database.query("SELECT pg_notify('b', '0')")
    await fence[0]?.promise
    await first.close()
    await database.query("SELECT pg_notify('a', '4')")
    await database.query("SELECT pg_notify('b', '1')")
    await fence[1]?.promise
    expect(heard).toEqual(['1', '2', '3'])
    const names = await database.query(
      "SELECT application_name AS name FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '%listener'",
    )
    expect(names).toEqual([{ name: 'sluice listener' }])
  })

  it('mends itself when its session is ended, and says that something may be missed', async () => {
    const database = await open({ connectionString: await newDatabase() })
    const back = Promise.withResolvers<void>()
    const heard = Promise.withResolvers<string>()
    await database.listen('a', { onPayload: heard.resolve, onReconnect: back.resolve })
    await database.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '%listener'",
    )
    await back.promise
    await database.query("SELECT pg_notify('a', 'again')")
    expect(await heard.promise).toBe('again')
  })

  it('mends itself when the server is back', async () => {
    const { proxy, database } = await openByProxy()
    const back = Promise.withResolvers<void>()
    const heard = Promise.withResolvers<string>()
    await database.listen('a', { onPayload: heard.resolve, onReconnect: back.resolve })
    await proxy.refuse()
    await expect(database.query('SELECT 1')).rejects.toEqual(outage)
    await proxy.accept()
    await back.promise
    await database.query("SELECT pg_notify('a', 'again')")
    expect(await heard.promise).toBe('again')
  })

  it('is refused while the server is down', async () => {
    const { proxy, database } = await openByProxy()
    await proxy.refuse()
    await expect(database.listen('a', { onPayload: () => {}, onReconnect: () => {} })).rejects.toEqual(outage)
  })
})

describe('a pool', () => {
  it('of the application is used, with its secrets for the listener too, and never closed', async () => {
    const pool = new pg.Pool({ connectionString: await newDatabase(), application_name: 'shop' })
    // A pool does not wait for its connections to end: the removal of the database may cut them before.
    pool.on('error', () => {})
    pool.on('connect', (client) => client.on('error', () => {}))
    onTestFinished(() => pool.end())
    const database = await openDatabase({ pool })
    await database.listen('a', { onPayload: () => {}, onReconnect: () => {} })
    const names = await database.query(
      "SELECT application_name AS name FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'shop%' ORDER BY 1",
    )
    expect(names).toContainEqual({ name: 'shop listener' })
    await database.close()
    await expect(database.query('SELECT 1')).rejects.toMatchObject({ code: 'QUEUE_CLOSED' })
    expect((await pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
  })

  it('of our own gets every option of the driver', async () => {
    const connection = { application_name: 'mine', max: 1, statement_timeout: 100 }
    const database = await open({ connectionString: await newDatabase(), connection })
    expect(await database.query("SELECT current_setting('application_name') AS name")).toEqual([{ name: 'mine' }])
    await expect(database.query('SELECT pg_sleep(1)')).rejects.toEqual(outage)
  })

  it('survives that its idle connections are lost', async () => {
    const url = await newDatabase()
    const database = await open({ connectionString: url })
    await database.query('SELECT 1')
    const admin = new pg.Client(url)
    await admin.connect()
    const ended = once(admin, 'end')
    await admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    )
    await admin.end()
    await ended
    await new Promise((resolve) => setImmediate(resolve))
    expect(await database.query('SELECT 1 AS n')).toEqual([{ n: 1 }])
  })
})

describe('a statement', () => {
  const prepared = "SELECT count(*) AS n FROM pg_prepared_statements WHERE name LIKE 'sluice%'"

  it('is prepared once for a connection', async () => {
    const database = await open({ connectionString: await newDatabase(), connection: { max: 1 } })
    for (let times = 0; times < 3; times++) await database.query('SELECT 1')
    expect(await database.query({ text: prepared })).toEqual([{ n: expect.any(Number) }])
    const [{ n = 0 } = {}] = await database.query<{ n: number }>({ text: prepared })
    expect(n).toBeGreaterThan(0)
  })

  it('is not prepared where that is switched off', async () => {
    const options = { connection: { max: 1 }, preparedStatements: false }
    const database = await open({ connectionString: await newDatabase(), ...options })
    await database.query('SELECT 1')
    expect(await database.query({ text: prepared })).toEqual([{ n: 0 }])
  })

  it('gives bigint as a number', async () => {
    const database = await open({ connectionString: await newDatabase() })
    expect(await database.query('SELECT 9007199254740991::bigint AS n')).toEqual([{ n: Number.MAX_SAFE_INTEGER }])
  })
})
