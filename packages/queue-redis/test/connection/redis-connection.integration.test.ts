import { setTimeout as sleep } from 'node:timers/promises'
import { QueueError } from '@sluice/core'
import { type PrivateRedis, startProxy, startRedis } from '@sluice-tooling/services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { RedisConnectionOptions } from '../../src/connection/connection-options.ts'
import { RedisConnection } from '../../src/connection/redis-connection.ts'
import { Script } from '../../src/connection/script.ts'

const COUNT_UP = new Script<number>('count-up', "return redis.call('INCR', KEYS[1])")

let server: PrivateRedis

beforeAll(async () => {
  server = await startRedis({ settings: { save: '' } })
})
afterAll(() => server.dispose())

describe('open', () => {
  it('refuses options that contradict each other or make no sense', async () => {
    const connection = new Redis(server.url, { keyPrefix: 'mine:' })
    onTestFinished(() => connection.disconnect())
    await expect(RedisConnection.open({ url: 'localhost' })).rejects.toThrow('url must be like redis://host:6379')
    await expect(RedisConnection.open({ connection })).rejects.toThrow('keyPrefix must not be set')
    await expect(RedisConnection.open({ connection, url: server.url })).rejects.toThrow('connection must not be given')
    await expect(RedisConnection.open({ connection: {} as Redis })).rejects.toThrow('connection must be a Redis')
    await expect(RedisConnection.open({ requestTimeoutMs: 0 })).rejects.toThrow('requestTimeoutMs must be')
  })

  it('warns of a server that persists nothing and evicts', async () => {
    const warnings: string[] = []
    await admin((client) => client.config('SET', 'maxmemory-policy', 'volatile-lru'))
    const connection = await RedisConnection.open({ url: server.url, warn: (message) => warnings.push(message) })
    await connection.close()
    await admin((client) => client.config('SET', 'maxmemory-policy', 'noeviction'))
    expect(warnings).toEqual([
      'Redis evicts keys when it is full (maxmemory-policy volatile-lru), and jobs with them; set noeviction',
      'Redis persists nothing: a restart loses every job; set appendonly yes',
    ])
  })

  it('tells in time that nobody is there', async () => {
    const proxy = await startProxy(server.url)
    await proxy.dispose()
    const error = await failure(RedisConnection.open({ url: proxy.url, requestTimeoutMs: 300 }))
    expect([error.code, String(error.cause)]).toEqual(['BACKEND_UNAVAILABLE', expect.stringContaining('ECONNREFUSED')])
  })
})

describe('a script', () => {
  it('runs again after the server has forgotten it', async () => {
    const session = await openSession()
    expect(await session.run(COUNT_UP, [session.keys.key('a')])).toBe(1)
    await admin((client) => client.script('FLUSH'))
    expect(await session.run(COUNT_UP, [session.keys.key('a')])).toBe(2)
  })

  it('is refused as unavailable while the server is read-only, and runs once it is not', async () => {
    const session = await openSession({ requestTimeoutMs: 500 })
    await admin((client) => client.replicaof('127.0.0.1', 1))
    onTestFinished(async () => void (await admin((client) => client.replicaof('NO', 'ONE'))))
    const error = await failure(session.run(COUNT_UP, [session.keys.key('a')]))
    expect([error.code, String(error.cause)]).toEqual(['BACKEND_UNAVAILABLE', expect.stringContaining('READONLY')])
    const counting = session.run(COUNT_UP, [session.keys.key('a')])
    await admin((client) => client.replicaof('NO', 'ONE'))
    expect(await counting).toBe(1)
  })

  it('is refused as over capacity, without effect, when the server is full', async () => {
    const session = await openSession()
    await admin((client) => client.config('SET', 'maxmemory', '1'))
    const error = await failure(session.run(COUNT_UP, [session.keys.key('a')]))
    await admin((client) => client.config('SET', 'maxmemory', '0'))
    expect([error.code, String(error.cause)]).toEqual(['CAPACITY_EXCEEDED', expect.stringContaining('OOM')])
    // ioredis adds the text of the script, and what was to be stored.
    expect(error.cause).not.toHaveProperty('command')
    expect(await session.run(COUNT_UP, [session.keys.key('a')])).toBe(1)
  })
})

describe('a call', () => {
  it('is refused in time while the server is down, and served when it is back', { timeout: 30_000 }, async () => {
    const proxy = await startProxy(server.url)
    onTestFinished(() => proxy.dispose())
    const session = await openSession({ url: proxy.url, requestTimeoutMs: 1000 })
    await proxy.refuse()
    const startedAt = performance.now()
    const errors = await Promise.all(Array.from({ length: 50 }, () => failure(session.run(COUNT_UP, ['a']))))
    expect(performance.now() - startedAt).toBeLessThan(1500)
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['BACKEND_UNAVAILABLE']))
    expect(errors.every(({ cause }) => cause instanceof Error)).toBe(true)
    const counting = session.run(COUNT_UP, [session.keys.key('a')])
    await proxy.accept()
    // Of the calls that were refused, none takes effect afterwards.
    expect(await counting).toBe(1)
  })

  it('is refused in time while the server hangs, and served when it goes on', { timeout: 30_000 }, async () => {
    const proxy = await startProxy(server.url)
    onTestFinished(() => proxy.dispose())
    const session = await openSession({ url: proxy.url, requestTimeoutMs: 500 })
    proxy.freeze()
    const startedAt = performance.now()
    const error = await failure(session.run(COUNT_UP, [session.keys.key('a')]))
    expect(performance.now() - startedAt).toBeLessThan(1000)
    expect([error.code, String(error.cause)]).toEqual([
      'BACKEND_UNAVAILABLE',
      expect.stringContaining('did not answer within 500 ms'),
    ])
    proxy.thaw()
    await expect.poll(() => session.run(COUNT_UP, [session.keys.key('b')]), { timeout: 10_000 }).toBeGreaterThan(0)
  })

  it('takes bounded memory, however many are made in an outage of ten seconds', { timeout: 60_000 }, async () => {
    const proxy = await startProxy(server.url)
    onTestFinished(() => proxy.dispose())
    const session = await openSession({ url: proxy.url, requestTimeoutMs: 2000 })
    await proxy.refuse()
    const argument = 'x'.repeat(10_000)
    let refused = 0
    let pending = 0
    let mostPending = 0
    const end = performance.now() + 10_000
    while (performance.now() < end) {
      for (let call = 0; call < 1000; call++) {
        mostPending = Math.max(mostPending, ++pending)
        void failure(session.run(COUNT_UP, ['a'], [argument])).then(() => {
          pending--
          refused++
        })
      }
      await sleep(10)
    }
    await expect.poll(() => pending, { timeout: 5000 }).toBe(0)
    expect(refused).toBeGreaterThan(20_000)
    expect(mostPending).toBeLessThanOrEqual(11_000)
    await proxy.accept()
    expect(await session.run(COUNT_UP, [session.keys.key('a')])).toBe(1)
  })

  it('of a closed session is refused, also one that waits', async () => {
    const proxy = await startProxy(server.url)
    onTestFinished(() => proxy.dispose())
    const session = await openSession({ url: proxy.url, requestTimeoutMs: 500 })
    await proxy.refuse()
    await failure(session.run(COUNT_UP, ['a']))
    const waiting = failure(session.run(COUNT_UP, ['a']))
    await session.close()
    expect((await waiting).code).toBe('QUEUE_CLOSED')
    expect((await failure(session.run(COUNT_UP, ['a']))).code).toBe('QUEUE_CLOSED')
  })
})

describe('a connection', () => {
  it('lets what was sent be answered before it closes', async () => {
    const borrowed = new Redis(server.url)
    onTestFinished(() => borrowed.disconnect())
    for (const options of [{}, { connection: borrowed }]) {
      const session = await openSession(options)
      const counting = session.run(COUNT_UP, [session.keys.key('a')])
      await session.close()
      expect(await counting).toBe(1)
    }
  })

  it('closes with its last session', async () => {
    const connection = await RedisConnection.open({ url: server.url, namespace: 'sessions', warn: () => {} })
    const [one, other] = [connection.session(), connection.session()]
    await one.close()
    await one.close()
    expect(await other.call((client) => client.ping())).toBe('PONG')
    await other.close()
    const clients = await admin((client) => client.client('LIST'))
    expect(String(clients)).not.toContain('name=sluice')
  })

  it('never closes a client that it borrowed, and leaves no listener on it', async () => {
    const connection = new Redis(server.url)
    onTestFinished(() => connection.disconnect())
    const listeners = () => connection.eventNames().map((name) => connection.listenerCount(name))
    const before = listeners()
    const session = await openSession({ connection })
    await session.subscribe('channel', { onMessage: () => {} })
    await session.close()
    expect(await connection.ping()).toBe('PONG')
    expect(listeners()).toEqual(before)
  })

  it('shares a borrowed client, and one subscription connection, with all other namespaces', async () => {
    const connection = new Redis(server.url)
    onTestFinished(() => connection.disconnect())
    const sessions = await Promise.all(Array.from({ length: 20 }, () => openSession({ connection })))
    const heard: number[] = []
    for (const [index, session] of sessions.entries())
      await session.subscribe('channel', { onMessage: () => heard.push(index) })
    expect(connection.listenerCount('error')).toBe(1)
    expect(await subscribers()).toBe(1)
    for (const session of sessions.slice(2)) await session.close()
    await admin((client) => client.publish('channel', ''))
    await expect.poll(() => heard).toEqual([0, 1])
    for (const session of sessions.slice(0, 2)) await session.close()
    await expect.poll(subscribers).toBe(0)
  })

  it('works with a borrowed client that connects late and that pipelines by itself', async () => {
    const connection = new Redis(server.url, { lazyConnect: true, enableAutoPipelining: true })
    onTestFinished(() => connection.disconnect())
    const session = await openSession({ connection })
    await admin((client) => client.script('FLUSH'))
    const counts = await Promise.all(Array.from({ length: 10 }, () => session.run(COUNT_UP, [session.keys.key('a')])))
    expect(counts.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
})

describe('a subscription', () => {
  it('hears its channel, and tells when it may have missed something', { timeout: 30_000 }, async () => {
    const proxy = await startProxy(server.url)
    onTestFinished(() => proxy.dispose())
    const session = await openSession({ url: proxy.url })
    const heard: string[] = []
    const listener = { onMessage: (message: string) => heard.push(message), onReconnect: () => heard.push('again') }
    const unsubscribe = await session.subscribe('channel-1', listener)
    await admin((client) => client.publish('channel-1', 'one'))
    await expect.poll(() => heard).toEqual(['one'])
    proxy.cut()
    await expect.poll(() => heard).toEqual(['one', 'again'])
    await admin((client) => client.publish('channel-1', 'two'))
    await expect.poll(() => heard).toEqual(['one', 'again', 'two'])
    unsubscribe()
    await expect.poll(() => admin((client) => client.pubsub('CHANNELS', 'channel-1'))).toEqual([])
  })

  it('shares one connection with all others', async () => {
    const session = await openSession()
    await Promise.all(Array.from({ length: 20 }, (_, index) => session.subscribe(`many-${index}`, { onMessage() {} })))
    expect(await subscribers()).toBe(1)
  })

  it('is refused in time while the server is down', async () => {
    const proxy = await startProxy(server.url)
    onTestFinished(() => proxy.dispose())
    const session = await openSession({ url: proxy.url, requestTimeoutMs: 500 })
    await proxy.refuse()
    expect((await failure(session.subscribe('channel', { onMessage() {} }))).code).toBe('BACKEND_UNAVAILABLE')
  })
})

let namespaces = 0

async function openSession(options: RedisConnectionOptions = {}) {
  const where = options.connection ? {} : { url: server.url }
  const namespace = `test-${namespaces++}`
  const connection = await RedisConnection.open({ ...where, namespace, warn: () => {}, ...options })
  const session = connection.session()
  onTestFinished(() => session.close())
  return session
}

/** How many connections of the server listen to a channel. */
async function subscribers(): Promise<number> {
  const clients = String(await admin((client) => client.client('LIST', 'TYPE', 'PUBSUB')))
  return clients.split('\n').filter((line) => line !== '').length
}

async function failure(promise: Promise<unknown>): Promise<QueueError> {
  const error: unknown = await promise.then(
    () => new Error('it was served'),
    (reason: unknown) => reason,
  )
  if (!QueueError.is(error)) throw error
  return error
}

async function admin<Reply>(ask: (client: Redis) => Promise<Reply>): Promise<Reply> {
  const client = new Redis(server.url, { connectionName: 'admin' })
  try {
    return await ask(client)
  } finally {
    client.disconnect()
  }
}
