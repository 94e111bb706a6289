import { getEventListeners } from 'node:events'
import type { LogChunk, StoredLogChunk } from '@sluice/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ManualClock, MemoryLogStore } from '../src/index.ts'

const BUILD = { workflowId: 'run', jobId: 'build' }

function chunk(sequence: number, attempt = 0): LogChunk {
  return { ...BUILD, attempt, sequence, stream: 'stdout', text: `${attempt}.${sequence}\n` }
}

describe('append', () => {
  it('stores each chunk once, without gaps, however often and in whatever order it comes', async () => {
    const calls = fc.array(fc.array(fc.tuple(fc.nat(20), fc.nat(2)), { maxLength: 10 }), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(calls, async (appended) => {
        const logs = new MemoryLogStore()
        const expected: string[] = []
        for (const call of appended) {
          await logs.append(call.map(([sequence, attempt]) => chunk(sequence, attempt)))
          for (const [sequence, attempt] of call) {
            const { text } = chunk(sequence, attempt)
            if (!expected.includes(text)) expected.push(text)
          }
        }
        const { chunks } = await logs.read(BUILD, { limit: 1000 })
        expect(chunks.map(({ text }) => text)).toEqual(expected)
        expect(chunks.map(({ position }) => position)).toEqual(expected.map((_, position) => position))
      }),
    )
  })

  it('hands out chunks that nobody can change', async () => {
    const logs = new MemoryLogStore()
    await logs.append([chunk(0)])
    expect((await logs.read(BUILD)).chunks.every(Object.isFrozen)).toBe(true)
  })
})

describe('follow', () => {
  it('holds nothing for a reader that is slow', async () => {
    const logs = new MemoryLogStore()
    const reader = logs.follow(BUILD)
    const first = reader.next()
    await logs.append(Array.from({ length: 1000 }, (_, sequence) => chunk(sequence)))
    expect((await first).value).toMatchObject({ position: 0 })
    await logs.append([chunk(0, 1)])
    const read: (StoredLogChunk | undefined)[] = []
    for (let at = 1; at <= 1000; at++) read.push((await reader.next()).value)
    expect(read.map((stored) => stored?.position)).toEqual(Array.from({ length: 1000 }, (_, at) => at + 1))
  })

  it('answers many calls of next in order', async () => {
    const logs = new MemoryLogStore()
    const reader = logs.follow(BUILD)
    const results = Promise.all([reader.next(), reader.next(), reader.next()])
    await logs.append([chunk(0), chunk(1)])
    await logs.append([chunk(2)])
    expect((await results).map(({ value }) => value?.position)).toEqual([0, 1, 2])
  })

  it('ends at once when it is returned while it waits', async () => {
    const reader = new MemoryLogStore().follow(BUILD)
    const next = reader.next()
    await reader.return?.()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(await reader.next()).toEqual({ done: true, value: undefined })
  })

  it('listens to its signal only while it waits', async () => {
    const logs = new MemoryLogStore()
    const controller = new AbortController()
    const { signal } = controller
    const reader = logs.follow(BUILD, { signal })
    const first = reader.next()
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await logs.append([chunk(0), chunk(1)])
    await first
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    controller.abort()
    expect(await reader.next()).toEqual({ done: true, value: undefined })
  })

  it('rejects when it is read, for arguments that are wrong and for a store that is closed', async () => {
    const logs = new MemoryLogStore()
    await expect(logs.follow(BUILD, { from: -1 }).next()).rejects.toMatchObject({ field: 'from' })
    await expect(logs.follow({ ...BUILD, jobId: '' }).next()).rejects.toMatchObject({ field: 'jobId' })
    await logs.close()
    await expect(logs.follow(BUILD).next()).rejects.toMatchObject({ code: 'QUEUE_CLOSED' })
  })
})

describe('purge', () => {
  it('goes by the last chunk that was stored, not by one that was repeated', async () => {
    const clock = new ManualClock()
    const logs = new MemoryLogStore({ clock })
    const test = { ...chunk(0), jobId: 'test' }
    await logs.append([chunk(0), test])
    await clock.advance(10)
    await logs.append([chunk(0), { ...test, sequence: 1 }])
    await clock.advance(1)
    expect(await logs.purge(5)).toBe(1)
    expect((await logs.read(BUILD)).chunks).toEqual([])
    expect((await logs.read(test)).chunks).toHaveLength(2)
  })
})
