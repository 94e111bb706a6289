import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import { Queue } from 'bullmq'
import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bullQueueOf, createRedisBackend } from '../src/index.ts'
import { testNamespace } from './redis-server.ts'

const WORKER = { workerId: 'w1', labels: [], leaseTtlMs: 60_000 }

describe('bull-board', () => {
  it('counts the jobs of a namespace, and shows one', async () => {
    const { options, dispose } = await testNamespace()
    onTestFinished(dispose)
    const { queue, close } = await createRedisBackend(options)
    onTestFinished(close)
    await queue.enqueueMany(
      ['a', 'b', 'c', 'd'].map((jobId) => ({ workflowId: 'run', jobId, command: 'make', payload: { jobId } })),
    )
    await queue.enqueue({ workflowId: 'run', jobId: 'later', command: 'make', delayMs: 60_000 })
    const done = await queue.claim(WORKER)
    const broken = await queue.claim(WORKER)
    await queue.claim(WORKER)
    await queue.complete(done?.lease.leaseId ?? '', { url: 'here' })
    await queue.fail(broken?.lease.leaseId ?? '', { message: 'out of paper' }, { retryable: false })

    const read = await serveBoard(options)
    const { queues } = await read('/api/queues?activeQueue=jobs&status=failed&page=1')
    const [board] = queues
    expect(board.counts).toMatchObject({ prioritized: 1, active: 1, completed: 1, failed: 1, delayed: 1 })
    expect(board.jobs).toHaveLength(1)
    expect(board.jobs[0].failedReason).toContain('out of paper')
    const { job } = await read(`/api/queues/jobs/${encodeURIComponent(board.jobs[0].id)}`)
    expect(JSON.stringify(job.data)).toContain('"jobId":"b"')
  })
})

/** Mounts the board as an application would, and returns what reads from it. */
async function serveBoard({ url, namespace }: { url: string; namespace: string }) {
  const { name, prefix } = bullQueueOf(namespace)
  const queue = new Queue(name, { connection: { url }, prefix })
  onTestFinished(() => queue.close())
  const serverAdapter = new ExpressAdapter()
  createBullBoard({ queues: [new BullMQAdapter(queue)], serverAdapter })
  const server = express().use('/', serverAdapter.getRouter()).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`)
    expect(response.status).toBe(200)
    // biome-ignore lint/suspicious/noExplicitAny: the board does not tell its types.
    return (await response.json()) as any
  }
}
