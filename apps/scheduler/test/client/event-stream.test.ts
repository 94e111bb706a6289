import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { ApiClient } from '../../src/client/api-client.ts'
import { followEvents, OPEN_EVENT, type ServerEvent } from '../../src/client/event-stream.ts'

/** A client of a server that gives these answers, one after another, and what it was asked. */
function clientOf(...answers: (Response | Error)[]) {
  const lastEventIds: (string | null)[] = []
  const client = new ApiClient({
    server: 'http://host',
    fetch: (request) => {
      lastEventIds.push(request.headers.get('last-event-id'))
      const answer = answers.shift() ?? new Error('nothing was expected')
      if (answer instanceof Error) throw answer
      return answer
    },
  })
  return { client, lastEventIds }
}

const stream = (text: string) => new Response(text, { headers: { 'content-type': 'text/event-stream' } })

async function eventsOf(client: ApiClient, onInterrupted?: (error: Error) => void): Promise<ServerEvent[]> {
  const events: ServerEvent[] = []
  const options = { reconnect: { kind: 'none' }, ...(onInterrupted ? { onInterrupted } : {}) } as const
  for await (const event of followEvents(client, { path: '/events' }, options)) {
    if (event.type !== OPEN_EVENT) events.push(event)
  }
  return events
}

describe('followEvents', () => {
  it('yields the events until the last', async () => {
    const { client } = clientOf(
      stream('id: 1\nevent: log\ndata: {"a":1}\n\n: alive\n\ndata: 2\n\nevent: end\ndata: {}\n\n'),
    )
    assert.deepEqual(await eventsOf(client), [
      { id: '1', type: 'log', data: { a: 1 } },
      { id: undefined, type: 'message', data: 2 },
    ])
  })

  it('goes on after the last event that came when the connection breaks', async () => {
    const { client, lastEventIds } = clientOf(
      stream('id: 7\ndata: 1\n\n'),
      new TypeError('fetch failed'),
      stream('id: 8\ndata: 2\n\nevent: end\ndata: {}\n\n'),
    )
    const interruptions: string[] = []
    const events = await eventsOf(client, ({ message }) => interruptions.push(message))
    assert.deepEqual(
      events.map(({ data }) => data),
      [1, 2],
    )
    assert.deepEqual(lastEventIds, [null, '7', '7'])
    assert.deepEqual(interruptions, [
      'cannot reach the server at http://host: it closed the connection',
      'cannot reach the server at http://host: fetch failed',
    ])
  })

  it('ends where the server has nothing more to tell', async () => {
    const { client } = clientOf(stream('id: 7\ndata: 1\n\n'), new Response(null, { status: 204 }))
    assert.equal((await eventsOf(client)).length, 1)
  })

  it('rejects where the stream cannot be opened', async () => {
    await assert.rejects(eventsOf(clientOf(new TypeError('fetch failed')).client), /cannot reach the server/)
    const refusal = new Response(null, { status: 404, statusText: 'Not Found' })
    await assert.rejects(eventsOf(clientOf(refusal).client), /404 Not Found/)
  })

  it('rejects with the problem that ends a stream, unless it is one that passes', async () => {
    const unavailable = 'event: problem\ndata: {"status":503,"detail":"the store is unavailable"}\n\n'
    const deleted = 'event: problem\ndata: {"status":404,"detail":"there is no run"}\n\n'
    await assert.rejects(eventsOf(clientOf(stream(unavailable), stream(deleted)).client), /there is no run/)
  })

  it('comes back later to a server that is busy', async () => {
    const busy = new Response(null, { status: 503 })
    const { client } = clientOf(busy, stream('data: 1\n\nevent: end\ndata: {}\n\n'))
    assert.equal((await eventsOf(client)).length, 1)
  })
})
