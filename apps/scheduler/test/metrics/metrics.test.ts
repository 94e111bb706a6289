import { DependencyEnqueuer, parseWorkflow } from '@sluice/dag'
import { createMemoryBackend, ManualClock } from '@sluice/queue-memory'
import { describe, expect, it, onTestFinished } from 'vitest'
import { measureBackend } from '../../src/metrics/measure-backend.ts'
import { ServiceMetrics } from '../../src/metrics/service-metrics.ts'
import { ApiTestBed } from '../api/api-test-bed.ts'

/** A scheduler whose backend is measured, and a worker's view of it. */
async function measuredScheduler() {
  const clock = new ManualClock()
  const metrics = new ServiceMetrics()
  const { backend, schedulingBackend } = measureBackend(createMemoryBackend({ clock }), metrics)
  const enqueuer = new DependencyEnqueuer({ backend: schedulingBackend, clock })
  await enqueuer.start()
  onTestFinished(async () => {
    await enqueuer.close()
    await backend.close()
  })
  const claim = async () => {
    const claimed = await backend.queue.claim({ workerId: 'w', labels: [], leaseTtlMs: 60_000 })
    return claimed?.lease.leaseId as string
  }
  return { clock, metrics, backend, enqueuer, claim }
}

/** The value of a figure, by its line up to the value. */
async function figure(metrics: ServiceMetrics, line: string): Promise<number | undefined> {
  const lines = (await metrics.registry.metrics()).split('\n')
  const found = lines.find((candidate) => candidate.startsWith(`${line} `))
  return found === undefined ? undefined : Number(found.slice(line.length + 1))
}

describe('the metrics of a scheduler', () => {
  it('tell how long jobs waited and ran, on the clock of the store', async () => {
    const { clock, metrics, backend, enqueuer, claim } = await measuredScheduler()
    const { runId } = await enqueuer.startRun(parseWorkflow('jobs: { a: { run: x } }'))
    await clock.advance(3000)
    const leaseId = await claim()
    await clock.advance(7000)
    await backend.queue.complete(leaseId, {})
    await enqueuer.waitForRun(runId)
    expect(await figure(metrics, 'sluice_job_wait_seconds_sum')).toBe(3)
    expect(await figure(metrics, 'sluice_job_run_seconds_sum{outcome="completed"}')).toBe(7)
    expect(await figure(metrics, 'sluice_enqueuer_lag_seconds_count')).toBe(1)
    expect(await figure(metrics, 'sluice_runs_ended_total{status="succeeded"}')).toBe(1)
  })

  it('count retries and expired leases', async () => {
    const { clock, metrics, backend, enqueuer, claim } = await measuredScheduler()
    const { runId } = await enqueuer.startRun(parseWorkflow('jobs: { a: { run: x, retries: 2 } }'))
    await backend.queue.fail(await claim(), { message: 'no' }, { retryable: true })
    await claim()
    await clock.advance(60_000)
    await backend.queue.reapExpiredLeases()
    await backend.queue.complete(await claim(), {})
    await enqueuer.waitForRun(runId)
    expect(await figure(metrics, 'sluice_job_retries_total{cause="failed"}')).toBe(1)
    expect(await figure(metrics, 'sluice_job_retries_total{cause="leaseExpired"}')).toBe(1)
    expect(await figure(metrics, 'sluice_job_events_total{kind="leaseExpired"}')).toBe(1)
    expect(await figure(metrics, 'sluice_jobs_claimed_total')).toBe(3)
  })

  it('tell calls that were refused from those that were not', async () => {
    const { metrics, backend } = await measuredScheduler()
    await backend.queue.release('none').catch(() => {})
    const line = 'sluice_queue_call_duration_seconds_count{call="release",outcome="LEASE_NOT_FOUND"}'
    expect(await figure(metrics, line)).toBe(1)
  })

  it('count commits that came too late', async () => {
    const { metrics, backend, enqueuer } = await measuredScheduler()
    const { runId } = await enqueuer.startRun(parseWorkflow('jobs: { a: { run: x } }'))
    const { version } = await enqueuer.cancelRun(runId)
    await backend.workflows.commitRun(runId, version - 1, {}).catch(() => {})
    expect(await figure(metrics, 'sluice_commit_conflicts_total')).toBe(1)
  })
})

describe('GET /metrics', () => {
  it('tells the depth of the queue by state and by labels', async () => {
    const metrics = new ServiceMetrics()
    const bed = await ApiTestBed.open({ metrics })
    await bed.startRun('jobs: { a: { run: x, labels: [gpu, linux] }, b: { run: x, labels: [gpu, linux] } }')
    const text = await (await bed.send('/metrics')).text()
    expect(text).toContain('sluice_queue_jobs{state="waiting"} 2')
    expect(text).toContain('sluice_queue_unfinished_jobs{labels="gpu,linux",state="waiting"} 2')
    expect(text).toContain('sluice_scheduler_active 1')
  })

  it('counts requests by their route, whatever their path', async () => {
    const metrics = new ServiceMetrics()
    const bed = await ApiTestBed.open({ metrics })
    for (const path of ['/v1/runs/a', '/v1/runs/b', '/v1/what', '/else']) await bed.ask(path)
    const count = (route: string) =>
      figure(metrics, `sluice_http_request_duration_seconds_count{method="GET",route="${route}",status="404"}`)
    expect(await count('/v1/runs/:runId')).toBe(2)
    const text = await metrics.registry.metrics()
    expect(text).not.toContain('what')
  })
})
