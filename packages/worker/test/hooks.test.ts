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
