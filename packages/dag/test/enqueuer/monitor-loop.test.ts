import { describe, expect, it } from 'vitest'
import { workflowFrom, workflowOf } from '../run/workflows.ts'
import { interceptedBackend } from './intercepted-backend.ts'
import { TestBed } from './test-bed.ts'

const HOUR_MS = 3_600_000

describe('the monitor', () => {
  it('reaps expired leases, so that their jobs run elsewhere', async () => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer({ monitor: { intervalMs: 500 } })
    const retryPolicy = { maxRetries: 1, backoff: { kind: 'none' } } as const
    await enqueuer.startRun(workflowOf([{ id: 'a', retryPolicy }]), { runId: 'r' })
    await bed.claim('a')
    await bed.advance(60_600, 5)
    await bed.complete('a')
    expect((await enqueuer.waitForRun('r')).status).toBe('succeeded')
    expect((await bed.jobs('r')).a?.attempt).toBe(1)
  })

  it('removes what is older than it is kept for, and nothing else', async () => {
    const bed = new TestBed()
    const retention = { runsMs: 3 * HOUR_MS, jobsMs: 2 * HOUR_MS, logsMs: HOUR_MS, workersMs: HOUR_MS }
    const enqueuer = await bed.enqueuer({ monitor: { intervalMs: 60_000, retentionIntervalMs: 600_000, retention } })
    await enqueuer.startRun(workflowFrom({ a: '' }), { runId: 'ended' })
    await bed.complete('a')
    await enqueuer.waitForRun('ended')
    await enqueuer.startRun(workflowFrom({ a: '' }), { runId: 'running' })
    await bed.backend.workers.register({ workerId: 'gone', labels: [], concurrency: 1, offlineAfterMs: 1000 })
    const line = { workflowId: 'ended', jobId: 'a', attempt: 0, sequence: 0, stream: 'stdout', text: 'hi' } as const
    await bed.backend.logs.append([line])
    const kept = async () => ({
      runs: (await bed.backend.workflows.listRuns()).runs.map(({ runId }) => runId),
      jobs: (await bed.backend.queue.stats()).byState,
      logs: (await bed.backend.logs.read(line)).chunks.length,
      workers: (await bed.backend.workers.list()).length,
    })
    await bed.advance(HOUR_MS - 60_000, 60)
    expect(await kept()).toMatchObject({ runs: ['running', 'ended'], jobs: { completed: 1 }, logs: 1, workers: 1 })
    await bed.advance(HOUR_MS, 60)
    expect(await kept()).toMatchObject({ runs: ['running', 'ended'], jobs: { completed: 1 }, logs: 0, workers: 0 })
    await bed.advance(HOUR_MS, 60)
    expect(await kept()).toMatchObject({ runs: ['running', 'ended'], jobs: { completed: 0, waiting: 1 } })
    await bed.advance(HOUR_MS, 60)
    expect(await kept()).toMatchObject({ runs: ['running'], jobs: { waiting: 1 } })
  })

  it('goes on after a failure, and reports it', async () => {
    const bed = new TestBed()
    let calls = 0
    const backend = interceptedBackend(bed.backend, async (method, call) => {
      if (method === 'queue.reapExpiredLeases' && ++calls === 1) throw new Error('lost')
      return call()
    })
    await bed.enqueuer({ backend })
    await bed.advance(1500, 3)
    expect(bed.errors).toMatchObject([{ message: 'lost' }])
    expect(calls).toBeGreaterThan(1)
  })

  it('is the active scheduler’s alone, and can be turned off', async () => {
    const bed = new TestBed()
    const calls: string[] = []
    const named = (name: string) =>
      interceptedBackend(bed.backend, async (method, call) => {
        if (method === 'queue.reapExpiredLeases') calls.push(name)
        return call()
      })
    const active = await bed.enqueuer({ backend: named('first') })
    await bed.enqueuer({ backend: named('second') })
    await bed.advance(3000, 6)
    expect(new Set(calls)).toEqual(new Set(['first']))
    await active.close()
    calls.length = 0
    await bed.advance(6000, 6)
    expect(new Set(calls)).toEqual(new Set(['second']))
  })

  it('can be left to others', async () => {
    const bed = new TestBed()
    const calls: string[] = []
    const backend = interceptedBackend(bed.backend, async (method, call) => {
      calls.push(method)
      return call()
    })
    await bed.enqueuer({ backend, monitor: false })
    await bed.advance(3000, 6)
    expect(calls).not.toContain('queue.reapExpiredLeases')
  })
})
