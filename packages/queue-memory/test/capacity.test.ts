import { ValidationError } from '@sluice/core'
import { describe, expect, it } from 'vitest'
import { createMemoryBackend, InMemoryJobQueue, ManualClock, MemoryLogStore } from '../src/index.ts'

const job = (jobId: string, workflowId = 'run') => ({ workflowId, jobId, command: 'make' })
const chunk = (sequence: number, text: string, attempt = 0) => {
  return { workflowId: 'run', jobId: 'build', attempt, sequence, stream: 'stdout' as const, text }
}

describe('maxJobs', () => {
  it('refuses one job more, and stores nothing of it', async () => {
    const queue = new InMemoryJobQueue({ maxJobs: 2 })
    await queue.enqueueMany([job('a'), job('b')])
    await expect(queue.enqueue(job('c', 'new'))).rejects.toMatchObject({
      code: 'CAPACITY_EXCEEDED',
      message: 'the store is full: it retains 2 jobs; purge finished ones, or raise maxJobs',
    })
    expect(await queue.getJob('new', 'c')).toBeNull()
    expect((await queue.stats()).byState.waiting).toBe(2)
  })

  it('still tells duplicates, and refuses each job of many on its own', async () => {
    const queue = new InMemoryJobQueue({ maxJobs: 2 })
    const outcomes = await queue.enqueueMany([job('a'), job('b'), job('c'), job('a')])
    expect(outcomes.map(({ status }) => status)).toEqual(['enqueued', 'enqueued', 'rejected', 'duplicate'])
  })

  it('counts finished jobs until they are purged', async () => {
    const clock = new ManualClock()
    const queue = new InMemoryJobQueue({ clock, maxJobs: 1 })
    await queue.enqueue(job('a'))
    await queue.cancel('run', 'a')
    await expect(queue.enqueue(job('b'))).rejects.toMatchObject({ code: 'CAPACITY_EXCEEDED' })
    await clock.advance(1)
    await queue.purge(0)
    expect(await queue.enqueue(job('b'))).toEqual({ status: 'enqueued' })
  })
})

describe('maxLogBytesPerJob', () => {
  it('cuts the chunk that goes beyond, within a character at no time, and drops what follows', async () => {
    const logs = new MemoryLogStore({ maxLogBytesPerJob: 10 })
    await logs.append([chunk(0, '12345'), chunk(1, 'üüü'), chunk(2, 'lost'), chunk(0, 'lost too', 1)])
    const { chunks } = await logs.read(chunk(0, ''))
    expect(chunks.map(({ text, truncated }) => [text, truncated])).toEqual([
      ['12345', undefined],
      ['üü', true],
    ])
  })

  it('is reached by chunks without text too', async () => {
    const logs = new MemoryLogStore({ maxLogBytesPerJob: 3 })
    await logs.append(Array.from({ length: 100 }, (_, sequence) => chunk(sequence, '')))
    expect((await logs.read(chunk(0, ''))).chunks.map(({ truncated }) => truncated)).toEqual([
      undefined,
      undefined,
      undefined,
      true,
    ])
  })

  it('is counted for each job', async () => {
    const logs = new MemoryLogStore({ maxLogBytesPerJob: 5 })
    await logs.append([chunk(0, '12345'), { ...chunk(0, '12345'), jobId: 'test' }])
    const { chunks } = await logs.read({ workflowId: 'run', jobId: 'test' })
    expect(chunks.map(({ text, truncated }) => [text, truncated])).toEqual([['12345', undefined]])
  })
})

describe('the options', () => {
  it.each([{ maxJobs: 0 }, { maxJobs: 1.5 }, { maxLogBytesPerJob: 0 }, { maxLogBytesPerJob: Number.NaN }])(
    'are checked: %o',
    (options) => {
      expect(() => createMemoryBackend(options)).toThrow(ValidationError)
    },
  )
})
