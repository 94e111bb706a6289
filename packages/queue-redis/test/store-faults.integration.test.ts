import type { Backend } from '@sluice/core'
import { startProxy } from '@sluice-tooling/services'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createRedisBackend } from '../src/index.ts'
import { snapshot, testServer } from './private-redis.ts'
import { sampleJobs, sampleRun } from './workflow-store/sample-runs.ts'

type Stores = Pick<Backend, 'workflows' | 'logs' | 'workers'>

const { url, admin } = await testServer()
const BUILD = { workflowId: 'r1', jobId: 'build' }
const INFO = { workerId: 'w1', labels: [], concurrency: 1, offlineAfterMs: 60_000 }
const chunk = (sequence: number, text = 'line\n') => {
  return { ...BUILD, attempt: 0, sequence, stream: 'stdout' as const, text }
}

/** Calls that store something new. */
const GROWING: Record<string, (stores: Stores) => Promise<unknown>> = {
  createRun: ({ workflows }) => workflows.createRun(sampleRun('r2', 3)),
  'createRun of many jobs': ({ workflows }) => workflows.createRun(sampleRun('r2', 1500)),
  commitRun: ({ workflows }) => workflows.commitRun('r1', 1, { status: 'failed', jobs: sampleJobs(2, { attempt: 1 }) }),
  'commitRun of many jobs': ({ workflows }) => workflows.commitRun('r1', 1, { jobs: sampleJobs(1500, { attempt: 1 }) }),
  append: ({ logs }) => logs.append([chunk(7), chunk(8), chunk(3)]),
  register: ({ workers }) => workers.register({ ...INFO, workerId: 'w2' }),
}

/** Calls that read, remove, or keep the scheduler and the workers going that empty the store. */
const DRAINING: Record<string, (stores: Stores) => Promise<unknown>> = {
  getRun: ({ workflows }) => workflows.getRun('r1'),
  loadRun: ({ workflows }) => workflows.loadRun('r1'),
  listRuns: ({ workflows }) => workflows.listRuns(),
  listRunJobs: ({ workflows }) => workflows.listRunJobs('r1'),
  'claimScheduling for the first time': ({ workflows }) => workflows.claimScheduling('s1', 60_000),
  'claimScheduling again': ({ workflows }) => workflows.claimScheduling('s1', 60_000),
  releaseScheduling: ({ workflows }) => workflows.releaseScheduling('s1'),
  deleteRuns: ({ workflows }) => workflows.deleteRuns(0),
  read: ({ logs }) => logs.read(BUILD),
  'purge of logs': ({ logs }) => logs.purge(0),
  heartbeat: ({ workers }) => workers.heartbeat('w1', [BUILD]),
  list: ({ workers }) => workers.list(),
  deregister: ({ workers }) => workers.deregister('w1'),
  'purge of workers': ({ workers }) => workers.purge(0),
}

describe('a store that is full', () => {
  it.each(Object.entries(GROWING))('refuses %s, and keeps nothing of it', async (_, call) => {
    const stores = await openStores()
    await fill(stores)
    const before = await snapshot(admin)
    await whileFull(async () => {
      await expect(call(stores)).rejects.toMatchObject({ code: 'CAPACITY_EXCEEDED' })
      expect(await snapshot(admin)).toEqual(before)
    })
    await call(stores)
  })

  it('reads, removes and keeps its scheduler and workers', async () => {
    const stores = await openStores()
    await fill(stores)
    await stores.workflows.createRun(sampleRun('ended', 3))
    await stores.workflows.commitRun('ended', 1, { status: 'succeeded' })
    await whileFull(async () => {
      for (const [name, call] of Object.entries(DRAINING)) await expect(call(stores), name).resolves.not.toThrow()
      // Their age must be more than 0 ms.
      await expect.poll(() => emptied(stores)).toEqual({ runIds: ['r1'], chunks: [] })
    })
  })
})

describe('a server that forgets its scripts', () => {
  it('serves every call all the same', async () => {
    const stores = await openStores()
    await fill(stores)
    for (const [name, call] of Object.entries({ ...GROWING, ...DRAINING })) {
      await admin.script('FLUSH')
      // The second commit comes too late for its version.
      await call(stores).catch((error) =>
        expect([name, error.code]).toEqual(['commitRun of many jobs', 'RUN_CONFLICT']),
      )
    }
  })
})

describe('a call whose reply is lost', { timeout: 30_000 }, () => {
  // Every step tells the id of the run, and only the last one tells its name.
  it.each([
    ['createRun', 'r2', 3],
    ['createRun of many jobs, at its first step,', 'r2', 1500],
    ['createRun of many jobs, at its last step,', 'workflow of', 1500],
  ])('%s creates the run once', async (_, requestText, jobCount) => {
    const { stores, proxy } = await openBehindProxy()
    const run = sampleRun('r2', jobCount)
    proxy.dropReplies(1, requestText)
    expect(await stores.workflows.createRun(run)).toEqual({ status: 'created' })
    expect((await stores.workflows.loadRun('r2'))?.jobs).toEqual(run.jobs)
  })

  it('commitRun commits once', async () => {
    const { stores, proxy } = await openBehindProxy()
    await fill(stores)
    proxy.dropReplies(1, 'r1')
    expect(await stores.workflows.commitRun('r1', 1, { status: 'failed' })).toBe(2)
    expect(await stores.workflows.getRun('r1')).toMatchObject({ version: 2, status: 'failed' })
  })

  it('append stores once', async () => {
    const { stores, proxy } = await openBehindProxy()
    await fill(stores)
    proxy.dropReplies(1, 'lost text')
    await stores.logs.append([chunk(20, 'lost text'), chunk(21)])
    expect((await stores.logs.read(BUILD)).chunks.map(({ sequence }) => sequence)).toEqual([0, 1, 20, 21])
  })
})

describe('a follower', { timeout: 30_000 }, () => {
  it('goes on after its connections were cut, and misses nothing', async () => {
    const { stores, others, proxy } = await openBehindProxy()
    const sequences: number[] = []
    const following = (async () => {
      for await (const { sequence } of stores.logs.follow(BUILD)) if (sequences.push(sequence) === 100) return
    })()
    for (let sequence = 0; sequence < 100; sequence++) {
      if (sequence % 20 === 10) proxy.cut()
      await others.logs.append([chunk(sequence)])
    }
    await following
    expect(sequences).toEqual(Array.from({ length: 100 }, (_, index) => index))
  })

  it('ends at once when its signal aborts while the server is away', async () => {
    const { stores, proxy } = await openBehindProxy()
    const controller = new AbortController()
    const iterator = stores.logs.follow(BUILD, { signal: controller.signal })[Symbol.asyncIterator]()
    await proxy.refuse()
    const next = iterator.next()
    controller.abort()
    expect(await next).toEqual({ done: true, value: undefined })
  })

  it('tells in time that the server is away', async () => {
    const { stores, proxy } = await openBehindProxy()
    await proxy.refuse()
    await expect(stores.logs.follow(BUILD)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
    })
  })
})

let namespaces = 0

async function openStores(through = url, namespace = `stores-${namespaces++}`): Promise<Backend> {
  const backend = await createRedisBackend({ url: through, namespace, requestTimeoutMs: 2000, warn: () => {} })
  onTestFinished(() => backend.close())
  return backend
}

/** Stores whose connections can be disturbed, and others on the same namespace. */
async function openBehindProxy() {
  const namespace = `stores-${namespaces++}`
  const proxy = await startProxy(url)
  onTestFinished(() => proxy.dispose())
  return { stores: await openStores(proxy.url, namespace), others: await openStores(url, namespace), proxy }
}

/** A run of 2,000 jobs, a log and a worker. */
async function fill({ workflows, logs, workers }: Stores): Promise<void> {
  await workflows.createRun(sampleRun('r1', 2000))
  await logs.append([chunk(0), chunk(1)])
  await workers.register(INFO)
}

/** Removes what is old enough, and tells what is left. */
async function emptied({ workflows, logs }: Stores) {
  await workflows.deleteRuns(0)
  await logs.purge(0)
  const { runs } = await workflows.listRuns()
  return { runIds: runs.map(({ runId }) => runId), chunks: (await logs.read(BUILD)).chunks }
}

async function whileFull(calls: () => Promise<void>): Promise<void> {
  await admin.config('SET', 'maxmemory', '1')
  try {
    await calls()
  } finally {
    await admin.config('SET', 'maxmemory', '0')
  }
}
