import { BackendUnavailableError, type LogChunk, type LogStore, ValidationError } from '@sluice/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LogWriter } from '../src/log-writer.ts'
import { Reporter } from '../src/worker-hooks.ts'
import { claimedJob } from './claimed-job.ts'

/** A log store of which each call waits to be answered, or is answered at once by `answer`. */
class ScriptedLogs {
  readonly batches: (readonly LogChunk[])[] = []
  answer: () => Promise<void> = async () => {}

  readonly store = {
    append: (chunks: readonly LogChunk[]) => {
      this.batches.push(chunks)
      return this.answer()
    },
  } as unknown as LogStore

  get text(): string {
    return this.batches
      .flat()
      .map(({ text }) => text)
      .join('')
  }
}

const unavailable = () => Promise.reject(new BackendUnavailableError('the log store'))

describe('LogWriter', () => {
  let logs: ScriptedLogs
  let errors: string[]
  let writer: LogWriter

  beforeEach(() => {
    vi.useFakeTimers()
    logs = new ScriptedLogs()
    errors = []
    const reporter = new Reporter({ onError: (error) => errors.push(error.message) })
    writer = new LogWriter(logs.store, claimedJob({}, { attempt: 2 }), reporter)
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  it('sends what comes within a short time as one batch', async () => {
    writer.write('stdout', 'a\n')
    writer.write('stdout', 'b\n')
    writer.write('stderr', 'c\n')
    writer.write('stdout', 'd\n')
    await vi.advanceTimersByTimeAsync(100)
    const common = { workflowId: 'run', jobId: 'build', attempt: 2 }
    expect(logs.batches).toEqual([
      [
        { ...common, sequence: 0, stream: 'stdout', text: 'a\nb\n' },
        { ...common, sequence: 1, stream: 'stderr', text: 'c\n' },
        { ...common, sequence: 2, stream: 'stdout', text: 'd\n' },
      ],
    ])
  })

  it('sends the rest when it is closed, and takes nothing more', async () => {
    writer.write('stdout', 'a')
    await writer.close(1000)
    writer.write('stdout', 'b')
    await vi.advanceTimersByTimeAsync(1000)
    expect(logs.text).toBe('a')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('keeps the order, and one call at a time, while the store is slow', async () => {
    const answers: (() => void)[] = []
    logs.answer = () => new Promise((resolve) => answers.push(resolve))
    writer.write('stdout', '1\n')
    await vi.advanceTimersByTimeAsync(50)
    writer.write('stdout', '2\n')
    writer.write('stdout', '3\n')
    await vi.advanceTimersByTimeAsync(500)
    expect(logs.batches).toHaveLength(1)
    answers.shift()?.()
    await vi.advanceTimersByTimeAsync(0)
    expect(logs.batches.map((batch) => batch.map(({ text, sequence }) => [sequence, text]))).toEqual([
      [[0, '1\n']],
      [[1, '2\n3\n']],
    ])
  })

  it('repeats the same batch until a store that was down takes it', async () => {
    logs.answer = unavailable
    writer.write('stdout', 'a')
    await vi.advanceTimersByTimeAsync(5000)
    writer.write('stdout', 'b')
    logs.answer = async () => {}
    const closing = writer.close(5000)
    await vi.advanceTimersByTimeAsync(5000)
    await closing
    expect(new Set(logs.batches.slice(0, -1)).size).toBe(1)
    expect(logs.batches.at(-2)?.map(({ text }) => text)).toEqual(['a'])
    expect(logs.batches.at(-1)?.map(({ text }) => text)).toEqual(['b'])
    expect(errors).toEqual([expect.stringContaining('could not store the log of job "build"')])
  })

  it('gives up at the end of its time, and tells how much was lost', async () => {
    logs.answer = unavailable
    writer.write('stdout', '12345')
    const closing = writer.close(1000)
    await vi.advanceTimersByTimeAsync(1000)
    await closing
    expect(errors.at(-1)).toContain('5 characters of the log of job "build" were lost')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('gives up on a store that never answers, too', async () => {
    logs.answer = () => new Promise(() => {})
    writer.write('stdout', '12345')
    const closing = writer.close(1000)
    await vi.advanceTimersByTimeAsync(1000)
    await expect(closing).resolves.toBeUndefined()
  })

  it('is full while the store is down, until that has lasted too long', async () => {
    logs.answer = unavailable
    const onRoom = vi.fn()
    writer.write('stdout', 'x'.repeat(300_000))
    expect(writer.isFull).toBe(true)
    writer.whenRoom(onRoom)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(onRoom).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(15_000)
    expect(onRoom).toHaveBeenCalledOnce()
    expect(writer.isFull).toBe(false)
  })

  it('has room again as soon as the store took enough', async () => {
    const onRoom = vi.fn()
    writer.write('stdout', 'x'.repeat(300_000))
    writer.whenRoom(onRoom)
    await vi.advanceTimersByTimeAsync(0)
    expect(onRoom).toHaveBeenCalledOnce()
    expect(logs.text).toHaveLength(300_000)
  })

  it('drops what exceeds its memory, and leaves a line about it where it is missing', async () => {
    logs.answer = unavailable
    for (let i = 0; i < 5; i++) writer.write('stdout', 'x'.repeat(1024 * 1024))
    await vi.advanceTimersByTimeAsync(10)
    logs.answer = async () => {}
    await vi.advanceTimersByTimeAsync(5000)
    writer.write('stdout', 'after\n')
    await writer.close(1000)
    expect(logs.text).toContain('[1048576 characters of the log were lost: the log store did not keep up]\nafter\n')
  })

  it('cuts large texts into chunks without breaking a character', async () => {
    writer.write('stdout', `x${'🚀'.repeat(100_000)}`)
    await writer.close(1000)
    const chunks = logs.batches.flat()
    expect(chunks.length).toBeGreaterThan(1)
    expect(chunks.every(({ text }) => text.isWellFormed() && text.length < 128 * 1024)).toBe(true)
    expect(chunks.map(({ sequence }) => sequence)).toEqual(chunks.map((_, index) => index))
    expect(logs.text).toBe(`x${'🚀'.repeat(100_000)}`)
  })

  it('goes on after a batch that the store refuses', async () => {
    logs.answer = () => Promise.reject(new ValidationError('text', 'is refused'))
    writer.write('stdout', 'bad')
    await vi.advanceTimersByTimeAsync(100)
    logs.answer = async () => {}
    writer.write('stdout', 'good')
    await writer.close(1000)
    expect(logs.batches.map((batch) => batch[0]?.text)).toEqual(['bad', 'good'])
    expect(errors).toHaveLength(1)
  })
})
