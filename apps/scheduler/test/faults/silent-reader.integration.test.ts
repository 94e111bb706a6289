import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { EventReader } from '../api/api-test-bed.ts'
import { TestService } from '../service/test-service.ts'

const LINES = 1_000_000
const SILENT_READERS = 20
const LINES_PER_CHUNK = 200
const CHUNKS_PER_REQUEST = 25
const LOG = '/v1/runs/run/jobs/job/log'

it('readers that never read cost a server next to nothing, and take nothing from the others', async () => {
  const service = await TestService.create()
  await service.serve()
  await post(service, '/v1/runs', { runId: 'run', workflow: { jobs: { job: { run: 'x', labels: 'test' } } } })
  const claimed = await post(service, '/v1/claims', { workerId: 'test', labels: ['test'], leaseTtlMs: 600_000 })
  // What the server needs for the log itself, and for many requests, is not what this is about.
  await print(service, 0, LINES / 2)
  await countLines(await follow(service), LINES / 2)
  const before = await memoryOf(service)
  // All that they do not read would be some hundred megabytes.
  for (let count = 0; count < SILENT_READERS; count++) await openAndNeverRead(service)

  const readers = await Promise.all([follow(service), follow(service)])
  const counted = readers.map((reader) => countLines(reader, LINES))
  await print(service, LINES / 2, LINES)
  await post(service, `/v1/leases/${claimed.jobs[0].lease.leaseId}/complete`, {})
  await Promise.all(counted)

  const grownBy = (await memoryOf(service)) - before
  expect(grownBy).toBeLessThan(50 * 1024 * 1024)
}, 300_000)

/** Sends lines that say their number, each request only when the one before is answered. */
async function print(service: TestService, from: number, to: number): Promise<void> {
  const perRequest = LINES_PER_CHUNK * CHUNKS_PER_REQUEST
  for (let first = from; first < to; first += perRequest) {
    const chunks = Array.from({ length: CHUNKS_PER_REQUEST }, (_, index) => chunkOf(first + index * LINES_PER_CHUNK))
    await post(service, '/v1/logs', { chunks })
  }
}

function chunkOf(first: number) {
  const lines = Array.from({ length: LINES_PER_CHUNK }, (_, index) => `${first + index}\n`)
  return { workflowId: 'run', jobId: 'job', attempt: 0, sequence: first, stream: 'stdout', text: lines.join('') }
}

// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it.
async function post(service: TestService, path: string, json: unknown): Promise<any> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${service.url}${path}`, { method: 'POST', headers, body: JSON.stringify(json) })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return response.status === 204 ? undefined : response.json()
}

async function follow(service: TestService): Promise<EventReader> {
  const response = await fetch(`${service.url}${LOG}`, { headers: { accept: 'text/event-stream' } })
  return new EventReader(response.body as ReadableStream<Uint8Array>)
}

/** Reads so many lines, which must come once and in order. */
async function countLines(reader: EventReader, count: number): Promise<void> {
  let next = 0
  while (next < count) {
    const event = await reader.next()
    if (event?.event !== 'log') throw new Error(`the log ended after ${next} lines`)
    const lines = event.data.text.trimEnd().split('\n')
    if (lines.some((line: string, index: number) => line !== String(next + index)))
      throw new Error(`after line ${next - 1} comes ${JSON.stringify(lines.slice(0, 3))}`)
    next += lines.length
  }
  await reader.close()
}

async function openAndNeverRead(service: TestService): Promise<void> {
  const { hostname, port } = new URL(service.url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => {
    socket.destroy()
  })
  socket.pause()
  await once(socket, 'connect')
  socket.write(`GET ${LOG} HTTP/1.1\r\nhost: ${hostname}\r\naccept: text/event-stream\r\n\r\n`)
}

/** The bytes that the process of the server occupies, by its own word. */
async function memoryOf(service: TestService): Promise<number> {
  const text = await (await fetch(`${service.url}/metrics`)).text()
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1])
}
