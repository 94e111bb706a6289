import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { describe, it } from 'vitest'
import { OutputRoom } from '../src/output-room.ts'

function fullStream(): PassThrough {
  const stream = new PassThrough({ highWaterMark: 1 })
  stream.write('xx')
  return stream
}

describe('OutputRoom', () => {
  it('makes nobody wait for a reader that keeps up', () => {
    assert.equal(new OutputRoom(new PassThrough(), new AbortController().signal).whenReady(), undefined)
  })

  it('waits once for all until the reader has caught up', async () => {
    const stream = fullStream()
    const room = new OutputRoom(stream, new AbortController().signal)
    const waiting = room.whenReady()
    assert.equal(room.whenReady(), waiting)
    stream.resume()
    await waiting
    assert.equal(room.whenReady(), undefined)
    assert.equal(stream.listenerCount('drain'), 0)
  })

  it.each(['abort', 'close'])('ends the wait at %s', async (end) => {
    const stream = fullStream()
    const controller = new AbortController()
    const waiting = new OutputRoom(stream, controller.signal).whenReady()
    assert.ok(waiting)
    if (end === 'abort') controller.abort()
    else stream.destroy()
    await waiting
  })
})
