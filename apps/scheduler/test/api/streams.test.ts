import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Backend, LogStore } from '@sluice/core'
import { createMemoryBackend } from '@sluice/queue-memory'
import { describe, expect, it } from 'vitest'
import { ApiTestBed, type TestEvent } from './api-test-bed.ts'

const ONE = 'jobs: { only: { run: x } }'
const CHAIN = 'jobs: { first: { run: one }, second: { run: two, needs: first } }'
const LOG = '/v1/runs/run/jobs/only/log'

async function append(bed: ApiTestBed, ...lines: readonly string[]): Promise<void> {
  const { next } = await bed.backend.logs.read({ workflowId: 'run', jobId: 'only' }, { from: 0, limit: 1000 })
  const chunks = lines.map((text, index) => {
    return { workflowId: 'run', jobId: 'only', attempt: 0, sequence: next + index, stream: 'stdout', text } as const
  })
  await bed.ask('/v1/logs', { json: { chunks } })
}

function texts(events: readonly TestEvent[]): string[] {
  return events.filter(({ event }) => event === 'log').map(({ data }) => data.text)
}

describe('the events of a run', () => {
  it('tell of all jobs first, then of each change, and end with the run', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(CHAIN)
    const events = await bed.events('/v1/runs/run/events')
    expect(await events.next()).toMatchObject({
      event: 'jobs',
      data: { jobs: [{ jobId: 'first' }, { jobId: 'second' }] },
    })
    expect(await events.next()).toMatchObject({ event: 'run', data: { runId: 'run', status: 'running' } })
    await bed.completeNext()
    await bed.runReaches('run', ({ counts }) => counts.succeeded === 1)
    await bed.completeNext()
    const rest = await events.rest()
    const told = rest.flatMap(({ event, data }) => (event === 'jobs' ? data.jobs : []))
    expect(told).toContainEqual(expect.objectContaining({ jobId: 'second', state: 'succeeded' }))
    expect(rest.at(-2)).toMatchObject({ event: 'run', data: { status: 'succeeded' } })
    expect(rest.at(-1)).toMatchObject({ event: 'end' })
  })

  it('leave out single jobs where they are not wanted', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(ONE)
    await bed.ask('/v1/runs/run/cancel', { method: 'POST' })
    const events = await (await bed.events('/v1/runs/run/events?jobs=false')).rest()
    expect(events.map(({ event }) => event)).toEqual(['run', 'end'])
  })

  it('are split where a run has many jobs', async () => {
    const bed = await ApiTestBed.open()
    const jobs = Object.fromEntries(Array.from({ length: 1201 }, (_, index) => [`j${index}`, { run: 'x' }]))
    await bed.ask('/v1/runs', { json: { runId: 'run', workflow: { jobs } } })
    await bed.ask('/v1/runs/run/cancel', { method: 'POST' })
    const events = await (await bed.events('/v1/runs/run/events')).rest()
    const sizes = events.flatMap(({ event, data }) => (event === 'jobs' ? [data.jobs.length] : []))
    expect(sizes).toEqual([500, 500, 201])
  })

  it('repeat nothing to a reader that comes back and missed nothing', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(ONE)
    const before = await bed.events('/v1/runs/run/events')
    await before.next()
    const id = (await before.next())?.id as string
    await before.close()
    const after = await bed.events('/v1/runs/run/events', { 'last-event-id': id })
    await bed.ask('/v1/runs/run/cancel', { method: 'POST' })
    expect(await after.next()).toMatchObject({ data: { jobs: [{ reason: { kind: 'runCancelled' } }] } })
  })

  it('tell everything anew to a reader that missed something', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(CHAIN)
    await bed.completeNext()
    await bed.runReaches('run', ({ counts }) => counts.succeeded === 1)
    const events = await bed.events('/v1/runs/run/events', { 'last-event-id': '1' })
    expect((await events.next())?.data.jobs).toHaveLength(2)
  })

  it('are over for a reader that knows how the run ended', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(ONE)
    const { body } = await bed.ask('/v1/runs/run/cancel', { method: 'POST' })
    const { status } = await bed.send('/v1/runs/run/events', { headers: { 'last-event-id': String(body.version) } })
    expect(status).toBe(204)
  })

  it('refuse an id that is none of theirs', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(ONE)
    const { status, body } = await bed.ask('/v1/runs/run/events', { headers: { 'last-event-id': 'yesterday' } })
    expect([status, body.field]).toEqual([400, 'Last-Event-ID'])
  })
})

describe('a log', () => {
  it('is read in pages', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(ONE)
    await append(bed, 'a', 'b', 'c')
    const { body } = await bed.ask(`${LOG}?from=1&limit=1`)
    expect(body).toEqual({
      chunks: [{ attempt: 0, sequence: 1, stream: 'stdout', text: 'b', position: 1, at: expect.any(Number) }],
      next: 2,
    })
  })

  it('is followed: what is stored, what is to come, and the end of the job', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(ONE)
    await append(bed, 'a', 'b')
    const events = await bed.events(LOG)
    const first = [await events.next(), await events.next()] as TestEvent[]
    expect(first.map(({ id, data }) => [id, data.text])).toEqual([
      ['0', 'a'],
      ['1', 'b'],
    ])
    await append(bed, 'c')
    expect((await events.next())?.data.text).toBe('c')
    await append(bed, 'last words')
    await bed.completeNext()
    const rest = await events.rest()
    expect(rest.map(({ event, data }) => data.text ?? event)).toEqual(['last words', 'end'])
  })

  it('goes on after the last event that a reader has', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(ONE)
    await append(bed, 'a', 'b', 'c')
    await bed.completeNext()
    const events = await (await bed.events(LOG, { 'last-event-id': '0' })).rest()
    expect(texts(events)).toEqual(['b', 'c'])
  })

  it('is over for a reader that has all of an ended job', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(ONE)
    await append(bed, 'a')
    await bed.completeNext()
    const { status } = await bed.send(LOG, { headers: { accept: 'text/event-stream', 'last-event-id': '0' } })
    expect(status).toBe(204)
  })

  it('ends for a job that is never run', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(CHAIN)
    await bed.ask('/v1/runs/run/cancel', { method: 'POST' })
    const events = await (await bed.events('/v1/runs/run/jobs/second/log')).rest()
    expect(events.map(({ event }) => event)).toEqual(['end'])
  })

  it('is that of the latest attempt of the run, unless another is asked for', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(ONE)
    await append(bed, 'first try')
    await bed.ask('/v1/runs/run/cancel', { method: 'POST' })
    await bed.ask('/v1/runs/run/retry', { json: {} })
    expect((await bed.ask(LOG)).body.chunks).toEqual([])
    expect((await bed.ask(`${LOG}?runAttempt=1`)).body.chunks).toMatchObject([{ text: 'first try' }])
    expect((await bed.ask(`${LOG}?runAttempt=3`)).status).toBe(400)
  })

  it('comes whole and in order to many readers of a job that prints without a pause', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(ONE)
    const readers = await Promise.all([1, 2, 3].map(() => bed.events(LOG)))
    const read = Promise.all(readers.map((reader) => reader.rest()))
    const lines = Array.from({ length: 700 }, (_, index) => `line ${index}`)
    for (let start = 0; start < lines.length; start += 100) await append(bed, ...lines.slice(start, start + 100))
    await bed.completeNext()
    for (const events of await read) expect(texts(events)).toEqual(lines)
  })

  it('carries markup as data, under a type that no browser shows', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(ONE)
    await append(bed, '<script>alert(1)</script>\n\nevent: end\ndata: {}\n\n')
    const response = await bed.send(LOG)
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    await bed.completeNext()
    const events = await (await bed.events(LOG)).rest()
    expect(events.map(({ event }) => event)).toEqual(['log', 'end'])
  })
})

describe('a stream', () => {
  it('takes nothing from its source that its reader has not asked for', async () => {
    const reads: number[] = []
    const backend = createMemoryBackend()
    const bed = await ApiTestBed.open({}, { ...backend, logs: observed(backend, (from) => reads.push(from)) })
    await bed.startRun(ONE)
    await append(bed, ...Array.from({ length: 1000 }, (_, index) => `${index}`))
    reads.length = 0
    const response = await bed.send(LOG, { headers: { accept: 'text/event-stream' } })
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    await reader.read()
    for (let turn = 0; turn < 100; turn++) await nextTurn()
    expect(reads).toEqual([0])
    await reader.cancel()
  })

  it('says that it is alive when nothing happens', async () => {
    const bed = await ApiTestBed.open({ limits: { keepAliveMs: 5 } })
    await bed.startRun(ONE)
    const response = await bed.send(LOG, { headers: { accept: 'text/event-stream' } })
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const pieces = [await reader.read(), await reader.read(), await reader.read()]
    const said = pieces.map(({ value }) => new TextDecoder().decode(value))
    expect(said).toEqual([': open\n\n', ': alive\n\n', ': alive\n\n'])
    await reader.cancel()
  })

  it('ends when the server stops', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(ONE)
    const streams = await Promise.all(['/v1/runs/run/events', LOG, '/v1/cancellations'].map((path) => bed.events(path)))
    bed.stopping.abort()
    for (const stream of streams) expect((await stream.rest()).map(({ event }) => event)).not.toContain('end')
  })

  it('is refused where too many are open, until one is closed', async () => {
    const bed = await ApiTestBed.open({ limits: { maxStreams: 2 } })
    await bed.startRun(ONE)
    const open = await bed.events(LOG)
    const refused = await bed.ask('/v1/runs/run/events')
    expect([refused.status, refused.body.code]).toEqual([429, 'TOO_MANY_STREAMS'])
    expect(refused.headers.get('retry-after')).toBe('5')
    await open.close()
    await (await bed.events(LOG)).close()
  })

  it('takes no place for a reader that has gone already', async () => {
    const bed = await ApiTestBed.open({ limits: { maxStreams: 2 } })
    await bed.startRun(ONE)
    for (let count = 0; count < 3; count++) {
      const { status } = await bed.send('/v1/runs/run/events', { signal: AbortSignal.abort() })
      expect(status).toBe(200)
    }
  })

  it('takes no place where only its head is asked for', async () => {
    const bed = await ApiTestBed.open({ limits: { maxStreams: 2 } })
    await bed.startRun(ONE)
    for (let count = 0; count < 3; count++) {
      const { status } = await bed.send('/v1/runs/run/events', { method: 'HEAD' })
      expect(status).toBe(200)
    }
  })
})

describe('cancellations', () => {
  it('are told as they happen', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(ONE)
    const events = await bed.events('/v1/cancellations')
    expect((await events.next())?.event).toBe('live')
    await bed.claim()
    await bed.ask('/v1/runs/run/cancel', { method: 'POST' })
    expect(await events.next()).toMatchObject({ event: 'cancelled', data: { workflowId: 'run', jobId: 'only' } })
  })
})

/** A log store that tells from where it is read. */
function observed({ logs }: Backend, onRead: (from: number) => void): LogStore {
  return {
    append: (chunks) => logs.append(chunks),
    follow: (job, options) => logs.follow(job, options),
    purge: (ageMs) => logs.purge(ageMs),
    read(job, options) {
      onRead(options?.from ?? 0)
      return logs.read(job, options)
    },
  }
}
