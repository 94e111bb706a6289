import assert from 'node:assert/strict'
import type { Backend, EventSubscription, RunJob } from '@sluice/core'
import { createMemoryBackend } from '@sluice/queue-memory'
import { afterEach, describe, it } from 'vitest'
import { DependencyEnqueuer, type DependencyEnqueuerOptions } from '../../src/enqueuer/dependency-enqueuer.ts'
import type { Workflow, WorkflowJob } from '../../src/workflow.ts'

const cleanUps: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

function job(id: string, needs: readonly string[] = [], change: Partial<WorkflowJob> = {}): WorkflowJob {
  const retryPolicy = { maxRetries: 0, backoff: { kind: 'none' } } as const
  const rest = { labels: [], priority: 0, retryPolicy, condition: 'success', continueOnError: false } as const
  return { id, name: id, needs, command: id, ...rest, ...change }
}

const workflowOf = (...jobs: WorkflowJob[]): Workflow => ({ name: 'test', failFast: false, jobs })

async function startEnqueuer(backend: Backend, options: Partial<DependencyEnqueuerOptions> = {}) {
  const enqueuer = new DependencyEnqueuer({ backend, ...options })
  await enqueuer.start()
  cleanUps.push(() => enqueuer.close())
  return enqueuer
}

function openBackend(): Backend {
  const backend = createMemoryBackend()
  cleanUps.push(() => backend.close())
  return backend
}

/** Completes every job with its own id and attempt as outputs; those whose command is `fail` fail. */
function startClaimers(backend: Backend, started: string[] = [], count = 4): void {
  const controller = new AbortController()
  const { signal } = controller
  const loops = Array.from({ length: count }, async (_, index) => {
    const options = { workerId: `w${index}`, labels: [], leaseTtlMs: 60_000, waitMs: 60_000, signal }
    while (!signal.aborted) {
      const claimed = await backend.queue.claim(options)
      if (!claimed) continue
      started.push(claimed.job.jobId)
      const { leaseId } = claimed.lease
      if (claimed.job.command === 'fail') await backend.queue.fail(leaseId, { message: 'no' }, { retryable: true })
      else await backend.queue.complete(leaseId, { of: Object.keys(claimed.job.upstreamOutputs ?? {}).join('+') })
    }
  })
  cleanUps.push(async () => {
    controller.abort()
    await Promise.all(loops)
  })
}

async function jobsOf(backend: Backend, runId: string): Promise<Map<string, RunJob>> {
  const loaded = await backend.workflows.loadRun(runId)
  return new Map(loaded?.jobs.map((runJob) => [runJob.jobId, runJob]))
}

describe('DependencyEnqueuer', () => {
  it('starts a job after all that it needs, with their outputs', async () => {
    const backend = openBackend()
    const started: string[] = []
    const enqueuer = await startEnqueuer(backend)
    startClaimers(backend, started)
    const { runId } = await enqueuer.startRun(
      workflowOf(job('a'), job('b', ['a']), job('c', ['a']), job('d', ['b', 'c'])),
    )
    assert.equal((await enqueuer.waitForRun(runId)).status, 'succeeded')
    assert.equal(started[0], 'a')
    assert.equal(started[3], 'd')
    assert.deepEqual((await jobsOf(backend, runId)).get('d')?.outputs, { of: 'b+c' })
  })

  it('skips what needs a failed job, says because of which, and runs what always runs', async () => {
    const backend = openBackend()
    const enqueuer = await startEnqueuer(backend)
    startClaimers(backend)
    const jobs = [
      job('compile', [], { command: 'fail' }),
      job('test', ['compile']),
      job('deploy', ['test']),
      job('clean', ['deploy'], { condition: 'always' }),
      job('alarm', ['deploy'], { condition: 'failure' }),
    ]
    const { runId } = await enqueuer.startRun(workflowOf(...jobs))
    assert.equal((await enqueuer.waitForRun(runId)).status, 'failed')
    const ended = await jobsOf(backend, runId)
    const states = [...ended.values()].map(({ state }) => state)
    assert.deepEqual(states, ['failed', 'skipped', 'skipped', 'succeeded', 'succeeded'])
    assert.deepEqual(ended.get('deploy')?.reason, { kind: 'dependency', because: 'compile' })
  })

  it.each([
    ['fan-out', [job('root'), ...Array.from({ length: 2000 }, (_, index) => job(`leaf-${index}`, ['root']))]],
    [
      'fan-in',
      [
        ...Array.from({ length: 2000 }, (_, index) => job(`leaf-${index}`)),
        job(
          'sink',
          Array.from({ length: 2000 }, (_, index) => `leaf-${index}`),
        ),
      ],
    ],
  ])('ends a %s of 2,000', async (_name, jobs) => {
    const backend = openBackend()
    const enqueuer = await startEnqueuer(backend)
    startClaimers(backend)
    const { runId } = await enqueuer.startRun(workflowOf(...jobs))
    const run = await enqueuer.waitForRun(runId)
    assert.equal(run.status, 'succeeded')
    assert.equal(run.counts.succeeded, 2001)
  })

  it('ends a run although every event is lost', async () => {
    const backend = openBackend()
    const deaf = new Proxy(backend.queue, {
      get(queue, name) {
        if (name === 'subscribe') return () => silentSubscription(backend)
        const value: unknown = Reflect.get(queue, name, queue)
        return typeof value === 'function' ? value.bind(queue) : value
      },
    })
    const enqueuer = await startEnqueuer({ ...backend, queue: deaf }, { reconcileIntervalMs: 10 })
    startClaimers(backend)
    const { runId } = await enqueuer.startRun(workflowOf(job('a'), job('b', ['a']), job('c', ['b'])))
    assert.equal((await enqueuer.waitForRun(runId)).status, 'succeeded')
  })

  it('resumes, in another process, a run whose scheduler has gone', async () => {
    const backend = openBackend()
    const first = await startEnqueuer(backend)
    const { runId } = await first.startRun(workflowOf(job('a'), job('b', ['a'])))
    await first.close()
    startClaimers(backend)
    const second = await startEnqueuer(backend)
    assert.equal((await second.waitForRun(runId)).status, 'succeeded')
  })

  it('retries what failed and what that had skipped, and keeps the rest', async () => {
    const backend = openBackend()
    const started: string[] = []
    const enqueuer = await startEnqueuer(backend)
    startClaimers(backend, started)
    const { runId } = await enqueuer.startRun(
      workflowOf(job('a'), job('b', ['a'], { command: 'fail' }), job('c', ['b'])),
    )
    assert.equal((await enqueuer.waitForRun(runId)).status, 'failed')
    assert.equal((await enqueuer.retryRun(runId)).attempt, 2)
    assert.equal((await enqueuer.waitForRun(runId)).status, 'failed')
    assert.deepEqual(started, ['a', 'b', 'b'])
    assert.deepEqual((await jobsOf(backend, runId)).get('a')?.runAttempt, 1)
  })

  it('cancels a run, queued and blocked jobs alike', async () => {
    const backend = openBackend()
    const enqueuer = await startEnqueuer(backend)
    const { runId } = await enqueuer.startRun(workflowOf(job('a'), job('b', ['a'], { condition: 'always' })))
    await enqueuer.cancelRun(runId)
    const run = await enqueuer.waitForRun(runId)
    assert.equal(run.status, 'cancelled')
    assert.equal(run.counts.cancelled, 2)
    assert.ok(await backend.queue.isCancelled(runId, 'a'))
  })

  it('explains what a blocked job waits for', async () => {
    const backend = openBackend()
    const enqueuer = await startEnqueuer(backend)
    const { runId } = await enqueuer.startRun(workflowOf(job('a'), job('b', ['a'])))
    const { cause } = await enqueuer.explain(runId, 'b')
    assert.equal(cause.kind, 'blocked')
  })
})

/** A subscription of which nothing ever comes, as when every message is lost. */
async function silentSubscription(backend: Backend): Promise<EventSubscription> {
  const subscription = await backend.queue.subscribe({ kinds: [] })
  cleanUps.push(async () => subscription.close())
  return subscription
}
