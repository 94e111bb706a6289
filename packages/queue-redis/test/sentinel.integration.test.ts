import { describe, expect, it, onTestFinished } from 'vitest'
import { createRedisBackend } from '../src/index.ts'
import { testSentinel } from './redis-sentinel.ts'
import { sampleRun } from './workflow-store/sample-runs.ts'

const { primary, sentinels, name } = await testSentinel()

const WORKER = { workerId: 'w1', labels: [], leaseTtlMs: 60_000 }

describe('a backend behind Sentinel', () => {
  it('goes on with the replica that takes over, and keeps whom it woke', { timeout: 60_000 }, async () => {
    const options = { redisOptions: { sentinels, name }, requestTimeoutMs: 20_000, warn: () => {} }
    const { queue, workflows, logs, close } = await createRedisBackend(options)
    onTestFinished(close)
    await queue.enqueue({ workflowId: 'run', jobId: 'a', command: 'make' })
    const claimed = await queue.claim(WORKER)
    await workflows.createRun(sampleRun('run', 10))
    const waiting = queue.claim({ ...WORKER, workerId: 'w2', waitMs: 50_000 })
    const following = logs.follow({ workflowId: 'run', jobId: 'a' })[Symbol.asyncIterator]().next()

    // What a call was told must have reached the replica.
    await expect.poll(() => workflows.getRun('run')).not.toBeNull()
    await primary.kill()
    await queue.complete(claimed?.lease.leaseId ?? '', { done: 'yes' })
    expect((await queue.getJob('run', 'a'))?.outputs).toEqual({ done: 'yes' })
    expect(await workflows.commitRun('run', 1, { status: 'succeeded' })).toBe(2)
    await queue.enqueue({ workflowId: 'run', jobId: 'b', command: 'make' })
    expect((await waiting)?.job.jobId).toBe('b')
    await logs.append([{ workflowId: 'run', jobId: 'a', attempt: 0, sequence: 0, stream: 'stdout', text: 'on' }])
    expect((await following).value?.text).toBe('on')
  })
})
