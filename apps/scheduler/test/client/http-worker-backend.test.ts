import assert from 'node:assert/strict'
import type { WorkerInfo } from '@sluice/core'
import { createWorker } from '@sluice/worker'
import { describe, it, onTestFinished } from 'vitest'
import { createHttpWorkerBackend, type HttpWorkerBackend } from '../../src/client/http-worker-backend.ts'
import { InProcessService } from '../service/in-process-service.ts'

async function open(): Promise<{ readonly service: InProcessService; readonly backend: HttpWorkerBackend }> {
  const service = await InProcessService.start()
  const backend = createHttpWorkerBackend({ server: service.url })
  onTestFinished(() => backend.close())
  return { service, backend }
}

const INFO: WorkerInfo = { workerId: 'a/b', labels: ['gpu'], concurrency: 2, offlineAfterMs: 60_000 }

describe('createHttpWorkerBackend', () => {
  it('lets handlers work for a server', async () => {
    const { service, backend } = await open()
    const handlers = { greet: ({ payload }: { payload: unknown }) => ({ text: `Hello ${payload}` }) }
    const worker = createWorker({ backend, handlers })
    worker.start()
    const file = await service.workflow('jobs: { a: { run: greet, payload: Ada } }')
    await service.run('submit', file, '--run-id', 'greeting')
    await service.run('logs', 'greeting', '--follow')
    await worker.stop()
    const { jobs } = await service.ask('status', 'greeting')
    assert.deepEqual(jobs[0].outputs, { text: 'Hello Ada' })
    assert.deepEqual(await service.backend.workers.list(), [])
  })

  it('registers a worker, tells that it is alive, and takes it off', async () => {
    const { service, backend } = await open()
    await backend.workers.register(INFO)
    await backend.workers.heartbeat('a/b', [{ workflowId: 'run', jobId: 'build' }])
    const [worker] = await service.backend.workers.list()
    assert.deepEqual([worker?.workerId, worker?.labels, worker?.running.length], ['a/b', ['gpu'], 1])
    await backend.workers.deregister('a/b')
    await assert.rejects(backend.workers.heartbeat('a/b', []), { code: 'WORKER_NOT_FOUND' })
  })

  it('stores logs, and says what is wrong with them', async () => {
    const { service, backend } = await open()
    const chunk = {
      workflowId: 'run',
      jobId: 'build',
      attempt: 0,
      sequence: 7,
      stream: 'stdout',
      text: 'hello',
    } as const
    await backend.logs.append([chunk])
    const { chunks } = await service.backend.logs.read({ workflowId: 'run', jobId: 'build' })
    assert.deepEqual(
      chunks.map(({ text }) => text),
      ['hello'],
    )
    await assert.rejects(backend.logs.append([{ ...chunk, attempt: -1 }]), { code: 'VALIDATION' })
  })

  it('tells cancellations as they happen, after a gap for what may have come before', async () => {
    const { service, backend } = await open()
    const stream = await backend.queue.subscribe()
    const events = stream[Symbol.asyncIterator]()
    assert.deepEqual((await events.next()).value, { kind: 'gap' })
    await service.backend.queue.enqueue({ workflowId: 'run', jobId: 'build', command: 'true' })
    await service.backend.queue.cancel('run', 'build')
    assert.deepEqual((await events.next()).value, { kind: 'cancelled', workflowId: 'run', jobId: 'build' })
    stream.close()
    assert.equal((await events.next()).done, true)
  })

  it('is closed for good', async () => {
    const { backend } = await open()
    await backend.close()
    await assert.rejects(backend.logs.append([]), { code: 'QUEUE_CLOSED' })
    await assert.rejects(backend.workers.register(INFO), { code: 'QUEUE_CLOSED' })
    await assert.rejects(backend.queue.release('lease'), { code: 'QUEUE_CLOSED' })
  })

  it('says that a server is unavailable that cannot be reached or refuses the token', async () => {
    const refusing = createHttpWorkerBackend({
      server: 'http://host',
      fetch: () =>
        Response.json(
          { detail: 'the token is unknown' },
          { status: 401, headers: { 'content-type': 'application/problem+json' } },
        ),
    })
    await assert.rejects(refusing.queue.release('lease'), ({ code, message }: Error & { code?: string }) => {
      assert.equal(code, 'BACKEND_UNAVAILABLE')
      assert.match(message, /the server at http:\/\/host \(401: the token is unknown\)/)
      return true
    })
  })
})
