import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ApiServer, ServeApiOptions } from '../../src/api/serve-api.ts'
import { serveApi } from '../../src/api/serve-api.ts'
import { ApiTestBed, EventReader, NO_TOKENS, tokensNamed } from './api-test-bed.ts'

async function serve(bed: ApiTestBed, options: Partial<ServeApiOptions> = {}): Promise<ApiServer> {
  const server = await serveApi(bed.app, { host: '127.0.0.1', port: 0, tokens: NO_TOKENS, ...options })
  onTestFinished(async () => {
    bed.stopping.abort()
    await server.close(0)
  })
  return server
}

function dial(server: ApiServer): Socket {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => {
    socket.destroy()
  })
  return socket
}

const ONE = 'jobs: { only: { run: x } }'

describe('a server', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1'])('does not listen on %s without a token', async (host) => {
    const bed = await ApiTestBed.open()
    await expect(serveApi(bed.app, { host, port: 0, tokens: NO_TOKENS })).rejects.toThrow(/sluice token create/)
  })

  it('listens for other machines with a token', async () => {
    const tokens = tokensNamed({ me: ['read'] })
    const bed = await ApiTestBed.open({ tokens })
    const { url } = await serve(bed, { host: '0.0.0.0', tokens })
    const { port } = new URL(url)
    const send = (headers: Record<string, string>) => fetch(`http://127.0.0.1:${port}/v1/runs`, { headers })
    expect((await send({})).status).toBe(401)
    expect((await send({ authorization: 'Bearer me' })).status).toBe(200)
  })

  it('says that a port is taken', async () => {
    const bed = await ApiTestBed.open()
    const { url } = await serve(bed)
    const port = Number(new URL(url).port)
    await expect(serve(bed, { port })).rejects.toThrow(/cannot listen on 127\.0\.0\.1, port \d+: .*EADDRINUSE/)
  })

  it('takes a body with its length told or not, and refuses one that is too large', async () => {
    const bed = await ApiTestBed.open({ limits: { maxBodyBytes: 1000 } })
    const { url } = await serve(bed)
    const send = async (headers: Record<string, string>, body: string) => {
      const sent = request(`${url}/v1/logs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
      })
      sent.end(body)
      const [response] = await once(sent, 'response')
      response.resume()
      return response.statusCode
    }
    const small = JSON.stringify({ chunks: [] })
    const large = JSON.stringify({ chunks: [], padding: 'x'.repeat(2000) })
    const statuses = (body: string) =>
      Promise.all([
        send({ 'content-length': String(body.length) }, body),
        send({ 'transfer-encoding': 'chunked' }, body),
      ])
    expect(await statuses(small)).toEqual([204, 204])
    expect(await statuses(large)).toEqual([413, 413])
  })

  it('takes a request without a body', async () => {
    const bed = await ApiTestBed.open()
    const { url } = await serve(bed)
    const { status } = await fetch(`${url}/v1/workers/w1`, { method: 'DELETE' })
    expect(status).toBe(204)
  })

  it('hangs up on a client that sends its request too slowly', async () => {
    const bed = await ApiTestBed.open()
    const socket = dial(await serve(bed, { requestTimeoutMs: 200 }))
    socket.write(
      'POST /v1/claims HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{',
    )
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 408/)
  })

  it('hangs up on a reader of a stream that takes nothing, and lets its place go', async () => {
    const bed = await ApiTestBed.open({ limits: { maxStreams: 2 } })
    await bed.startRun(ONE)
    const socket = dial(await serve(bed, { stalledTimeoutMs: 300 }))
    const text = 'x'.repeat(1_000_000)
    for (let sequence = 0; sequence < 15; sequence++) {
      const chunk = { workflowId: 'run', jobId: 'only', attempt: 0, sequence, stream: 'stdout', text } as const
      await bed.backend.logs.append([chunk])
    }
    socket.write('GET /v1/runs/run/jobs/only/log HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n\r\n')
    socket.pause()
    await placeTaken(bed)
    await placeFree(bed)
  })

  it('ends streams, answers waiting claims and closes when it is told to', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun('jobs: { only: { run: x, labels: none-has-it } }')
    const server = await serve(bed)
    const stream = await fetch(`${server.url}/v1/runs/run/events`)
    const events = new EventReader(stream.body as ReadableStream<Uint8Array>)
    await events.next()
    const claim = fetch(`${server.url}/v1/claims`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ workerId: 'w', labels: [], leaseTtlMs: 1000, waitMs: 30_000 }),
    })
    await bed.waitingClaims(1)
    bed.stopping.abort()
    await server.close(5000)
    expect(await (await claim).json()).toEqual({ jobs: [] })
    expect((await events.rest()).map(({ event }) => event)).toEqual(['run'])
  })

  it('holds nothing for a worker whose connection broke while it waited', async () => {
    const bed = await ApiTestBed.open()
    const socket = dial(await serve(bed))
    const body = JSON.stringify({ workerId: 'w', labels: [], leaseTtlMs: 1000, waitMs: 30_000 })
    socket.write(
      `POST /v1/claims HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    await bed.waitingClaims(1)
    socket.destroy()
    await placeFree(bed, 'sluice_http_waiting_claims')
    await bed.startRun(ONE)
    expect((await bed.claim()).job.jobId).toBe('only')
  })
})

async function placeTaken(bed: ApiTestBed, gauge = 'sluice_http_open_streams'): Promise<void> {
  await until(bed, `${gauge} 1`)
}

async function placeFree(bed: ApiTestBed, gauge = 'sluice_http_open_streams'): Promise<void> {
  await until(bed, `${gauge} 0`)
}

/** Looks at the metrics, which tell of no change, until they say something. */
async function until(bed: ApiTestBed, line: string): Promise<void> {
  for (;;) {
    const text = await (await bed.send('/metrics')).text()
    if (text.includes(`\n${line}\n`)) return
    await sleep(10)
  }
}
