import { createMemoryBackend } from '@sluice/queue-memory'
import { describe, expect, it, vi } from 'vitest'
import { createWorker, type WorkerHooks } from '../src/index.ts'

async function runOneJob(hooks: WorkerHooks): Promise<string | undefined> {
  const backend = createMemoryBackend()
  const worker = createWorker({ backend, hooks, handlers: { work: ({ log }) => log('x') } })
  const events = await backend.queue.subscribe({ kinds: ['completed'] })
  worker.start()
  await backend.queue.enqueue({ workflowId: 'run', jobId: 'a', command: 'work' })
  await events.next()
  await worker.stop()
  const record = await backend.queue.getJob('run', 'a')
  await backend.close()
  return record?.state
}

describe('hooks', () => {
  it('tell the end of an attempt before the start of the next, also where a slot is free for it at once', async () => {
    const backend = createMemoryBackend()
    const told: string[] = []
    const hooks: WorkerHooks = {
      onJobStart: ({ lease }) => told.push(`start ${lease.attempt}`),
      onJobEnd: ({ lease }, { status }) => told.push(`${status} ${lease.attempt}`),
    }
    const handlers = {
      work: () => {
        throw new Error('no')
      },
    }
    const worker = createWorker({ backend, hooks, handlers, concurrency: 3 })
    worker.start()
    const events = await backend.queue.subscribe({ kinds: ['failed'] })
    const retryPolicy = { maxRetries: 2, backoff: { kind: 'none' } } as const
    await backend.queue.enqueue({ workflowId: 'run', jobId: 'a', command: 'work', retryPolicy })
    for (let attempt = 0; attempt < 3; attempt++) await events.next()
    await worker.stop()
    await backend.close()
    expect(told).toEqual(['start 0', 'failed 0', 'start 1', 'failed 1', 'start 2', 'failed 2'])
  })

  it('can make the output of a shell job wait', async () => {
    const backend = createMemoryBackend()
    const read = Promise.withResolvers<void>()
    let characters = 0
    const onLog: WorkerHooks['onLog'] = (_claimed, { text }) => {
      characters += text.length
      return read.promise
    }
    const worker = createWorker({ backend, hooks: { onLog }, shell: true })
    const events = await backend.queue.subscribe({ kinds: ['completed'] })
    worker.start()
    await backend.queue.enqueue({ workflowId: 'run', jobId: 'a', command: 'yes | head -c 3000000' })
    await vi.waitUntil(() => characters > 0)
    const ended = events.next().then(() => 'ended')
    expect(await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 100, 'waits'))])).toBe('waits')
    expect(characters).toBeLessThan(300_000)
    read.resolve()
    await ended
    expect(characters).toBe(3_000_000)
    await worker.stop()
    await backend.close()
  })
})

describe('a hook', () => {
  const boom = () => {
    throw new Error('boom')
  }

  it('that throws or rejects disturbs no job', async () => {
    const errors: string[] = []
    const onError = (error: Error) => errors.push(error.message)
    const rejects = (async () => boom()) as () => void
    expect(await runOneJob({ onJobStart: boom, onLog: boom, onJobEnd: rejects, onError })).toBe('completed')
    expect(errors).toEqual([
      'the hook onJobStart threw: boom',
      'the hook onLog threw: boom',
      'the hook onJobEnd rejected: boom',
    ])
  })

  it('for errors that is missing, or throws itself, makes warnings of them', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    await runOneJob({ onJobStart: boom })
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: 'the hook onJobStart threw: boom' }),
    )
    await runOneJob({ onJobStart: boom, onError: boom })
    expect(warn).toHaveBeenLastCalledWith('the hook onError threw: Error: boom')
    warn.mockRestore()
  })
})
