import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { EventBuffer, type SubscribeOptions } from '../src/event-subscription.ts'
import type { QueueEvent } from '../src/queue-event.ts'

const started = (attempt: number): QueueEvent => ({
  kind: 'started',
  workflowId: 'r',
  jobId: 'j',
  attempt,
  at: 0,
  workerId: 'w',
})
const cancelled: QueueEvent = { kind: 'cancelled', workflowId: 'r', jobId: 'j', attempt: 0, at: 0 }

async function readAll(buffer: EventBuffer, count: number): Promise<(number | string)[]> {
  const read: (number | string)[] = []
  for (let index = 0; index < count; index++) {
    const { value } = await buffer.next()
    read.push(value?.kind === 'started' ? value.attempt : (value?.kind ?? 'end'))
  }
  return read
}

describe('EventBuffer', () => {
  it.each([{ bufferLimit: 0 }, { bufferLimit: Number.NaN }, { kinds: 'ready' }])('refuses %o', (options) => {
    assert.throws(() => new EventBuffer(options as SubscribeOptions), { code: 'VALIDATION' })
  })

  it('delivers in order, to readers before and after the event', async () => {
    const buffer = new EventBuffer()
    const early = [buffer.next(), buffer.next()]
    for (let attempt = 0; attempt < 5000; attempt++) buffer.push(started(attempt))
    assert.deepEqual(await Promise.all(early), [
      { done: false, value: started(0) },
      { done: false, value: started(1) },
    ])
    assert.deepEqual(
      await readAll(buffer, 4998),
      Array.from({ length: 4998 }, (_, index) => index + 2),
    )
  })

  it('drops all for one gap when full, and goes on after it', async () => {
    const buffer = new EventBuffer({ bufferLimit: 3 })
    for (let attempt = 0; attempt < 4; attempt++) buffer.push(started(attempt))
    buffer.push(started(4))
    buffer.push({ kind: 'gap' })
    buffer.push(started(5))
    assert.deepEqual(await readAll(buffer, 2), ['gap', 5])
  })

  it('delivers only the kinds asked for, and every gap', async () => {
    const buffer = new EventBuffer({ kinds: ['cancelled'] })
    buffer.push(started(0))
    buffer.push(cancelled)
    buffer.push(started(1))
    assert.deepEqual(await readAll(buffer, 1), ['cancelled'])
    buffer.push({ kind: 'gap' })
    assert.deepEqual(await readAll(buffer, 1), ['gap'])
  })

  it('ends a waiting reader when closed, once, and drops what comes later', async () => {
    let closes = 0
    const buffer = new EventBuffer({}, () => closes++)
    const waiting = buffer.next()
    buffer.close()
    buffer.close()
    buffer.push(cancelled)
    assert.deepEqual(await waiting, { done: true, value: undefined })
    assert.deepEqual(await buffer.next(), { done: true, value: undefined })
    assert.equal(closes, 1)
  })

  it('closes when a for-await loop is left', async () => {
    let closed = false
    const buffer = new EventBuffer({}, () => {
      closed = true
    })
    buffer.push(cancelled)
    for await (const event of buffer) {
      assert.equal(event.kind, 'cancelled')
      break
    }
    assert.ok(closed)
  })
})
