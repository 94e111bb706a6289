import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { startRedis } from '@sluice-tooling/services'
import { describe, it, onTestFinished } from 'vitest'
import { ApiClient } from '../../src/client/api-client.ts'
import { ServiceClient } from '../../src/client/service-client.ts'
import { Fleet, type Server } from './fleet.ts'

const LINES = 1_000_000
/** Nearly as much as workers put into one. */
const LINES_IN_CHUNK = 5000
const CHUNKS_AT_ONCE = 40
/** So many that the server would grow far too much if it kept the log for them. */
const IDLE_READERS = 50
/** Garbage is collected before it looks like growth. */
const SMALL_HEAP = '--max-old-space-size=128 --max-semi-space-size=1'
const MIB = 1024 * 1024

describe('a log of a million lines', { timeout: 240_000 }, () => {
  it('reaches every reader whole, and those that never read cost the server little memory', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.dispose())
    const fleet = await Fleet.create(redis.url, { NODE_OPTIONS: SMALL_HEAP })
    const server = await fleet.addServer()
    const api = new ApiClient({ server: server.url })
    const client = new ServiceClient(api)
    await client.startRun({ workflow: 'jobs: { talk: { run: "true" } }', file: 'talk.yml', runId: 'talk' })
    const { job, lease } = await claim(api)

    await append(api, job, 0, LINES / 10)
    for (let reader = 0; reader < IDLE_READERS; reader++) await neverRead(server)
    const read = countLines(client)
    const before = await memoryOf(server)
    await append(api, job, LINES / 10, LINES)
    await api.request({ method: 'POST', path: `/v1/leases/${lease.leaseId}/complete`, json: { outputs: {} } })
    assert.equal(await read, LINES)
    const growth = (await memoryOf(server)) - before
    assert.ok(growth < 50 * MIB, `the server grew by ${(growth / MIB).toFixed(1)} MiB`)
  })
})

type Job = { readonly workflowId: string; readonly jobId: string }

async function claim(api: ApiClient) {
  const json = { workerId: 'talker', labels: [], leaseTtlMs: 600_000, waitMs: 10_000 }
  const { jobs } = await api.request<{ jobs: { job: Job; lease: { leaseId: string } }[] }>({
    method: 'POST',
    path: '/v1/claims',
    json,
  })
  return jobs[0] as (typeof jobs)[number]
}

/** Appends numbered lines, many to a chunk and many chunks to a request. */
async function append(api: ApiClient, { workflowId, jobId }: Job, from: number, to: number): Promise<void> {
  for (let next = from; next < to; ) {
    const chunks = []
    for (; chunks.length < CHUNKS_AT_ONCE && next < to; next += LINES_IN_CHUNK) {
      const lines = Array.from({ length: LINES_IN_CHUNK }, (_, index) => `line ${next + index}\n`)
      chunks.push({ workflowId, jobId, attempt: 0, sequence: next, stream: 'stdout', text: lines.join('') })
    }
    await api.request({ method: 'POST', path: '/v1/logs', json: { chunks } })
  }
}

/** Asks for the log as a stream, and never reads an answer. */
async function neverRead({ url }: Server): Promise<void> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).pause()
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  const path = '/v1/runs/talk/jobs/talk/log'
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nAccept: text/event-stream\r\n\r\n`)
}

/** Reads the log to its end, and counts its lines, which must come once each and in order. */
async function countLines(client: ServiceClient): Promise<number> {
  let expected = 0
  for await (const { text } of client.followLog({ runId: 'talk', jobId: 'talk' })) {
    for (const line of text.trimEnd().split('\n')) assert.equal(line, `line ${expected++}`)
  }
  return expected
}

/** What the server holds, as it says itself: the heap in use and what is outside of it. */
async function memoryOf({ url }: Server): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const names = ['nodejs_heap_size_used_bytes', 'nodejs_external_memory_bytes']
  return names.reduce((sum, name) => sum + Number(new RegExp(`^${name} (\\S+)`, 'm').exec(metrics)?.[1]), 0)
}
