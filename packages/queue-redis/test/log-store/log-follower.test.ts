import type { StoredLogChunk } from '@sluice/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LogFollower, type LogSource } from '../../src/log-store/log-follower.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('LogFollower', () => {
  it('serves several calls of next in their order', async () => {
    const log = new FakeLog(3)
    const follower = follow(log)
    const results = await Promise.all([follower.next(), follower.next(), follower.next()])
    expect(results.map(({ value }) => value?.position)).toEqual([0, 1, 2])
  })

  it('subscribes only when it has to wait, and once', async () => {
    const log = new FakeLog(2)
    const follower = follow(log)
    await follower.next()
    await follower.next()
    expect(log.watchers.size).toBe(0)
    const next = follower.next()
    await vi.waitUntil(() => log.watchers.size === 1)
    log.length = 3
    log.tell()
    expect((await next).value?.position).toBe(2)
    const last = follower.next()
    await follower.return()
    expect(await last).toEqual({ done: true, value: undefined })
    expect([log.watchers.size, log.watchings]).toEqual([0, 1])
  })

  it('finds what was stored while it subscribed', async () => {
    const log = new FakeLog(0)
    log.onWatch = () => {
      log.length = 1
    }
    expect((await follow(log).next()).value?.position).toBe(0)
  })

  it('finds by itself what it was not told of', async () => {
    const log = new FakeLog(0)
    const next = follow(log).next()
    await vi.waitUntil(() => log.watchers.size === 1)
    await vi.advanceTimersByTimeAsync(0)
    log.length = 1
    await vi.advanceTimersByTimeAsync(5000)
    expect((await next).value?.position).toBe(0)
  })

  it('ends its subscription when a reading fails', async () => {
    const log = new FakeLog(0)
    const follower = follow(log)
    const next = follower.next()
    await vi.waitUntil(() => log.watchers.size === 1)
    log.error = new Error('away')
    log.tell()
    await expect(next).rejects.toThrow('away')
    expect(log.watchers.size).toBe(0)
    expect(await follower.next()).toEqual({ done: true, value: undefined })
  })

  it('leaves nothing on its signal between two calls', async () => {
    const { signal } = new AbortController()
    const added = vi.spyOn(signal, 'addEventListener')
    const removed = vi.spyOn(signal, 'removeEventListener')
    await follow(new FakeLog(1), signal).next()
    expect(removed.mock.calls.length).toBe(added.mock.calls.length)
  })
})

/** A log of so many chunks, without a server. */
class FakeLog implements LogSource {
  readonly watchers = new Set<() => void>()
  length: number
  watchings = 0
  error: Error | undefined
  onWatch: () => void = () => {}

  constructor(length: number) {
    this.length = length
  }

  async read(position: number): Promise<StoredLogChunk[]> {
    if (this.error) throw this.error
    return Array.from({ length: Math.max(0, this.length - position) }, (_, index) => chunkAt(position + index))
  }

  async watch(onChange: () => void): Promise<() => void> {
    this.watchings++
    this.watchers.add(onChange)
    this.onWatch()
    return () => this.watchers.delete(onChange)
  }

  tell(): void {
    for (const onChange of this.watchers) onChange()
  }
}

function follow(source: LogSource, signal?: AbortSignal): LogFollower {
  return new LogFollower({ open: () => ({ source, from: 0 }), signal, pollIntervalMs: 5000, onEnd: () => {} })
}

function chunkAt(position: number): StoredLogChunk {
  return { workflowId: 'run', jobId: 'a', attempt: 0, sequence: position, stream: 'stdout', position, at: 0, text: '' }
}
