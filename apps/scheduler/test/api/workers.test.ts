import { parseWorkflow } from '@sluice/dag'
import { describe, expect, it } from 'vitest'
import { ApiTestBed, tokensNamed } from './api-test-bed.ts'

const ONE = 'jobs: { only: { run: work } }'
const CLAIM = { workerId: 'w1', labels: [], leaseTtlMs: 60_000 }

describe('POST /v1/claims', () => {
  it('answers with jobs and their leases', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun('jobs: { a: { run: x, labels: linux }, b: { run: y } }')
    const { status, body } = await bed.ask('/v1/claims', { json: { ...CLAIM, labels: ['linux'], limit: 10 } })
    expect(status).toBe(200)
    expect(body.jobs).toHaveLength(2)
    expect(body.jobs).toContainEqual({
      job: expect.objectContaining({ workflowId: 'run', jobId: 'a', requiredLabels: ['linux'] }),
      lease: expect.objectContaining({ workerId: 'w1', attempt: 0, ttlMs: 60_000, leaseId: expect.any(String) }),
    })
  })

  it('answers with an empty list where there is nothing', async () => {
    const bed = await ApiTestBed.open()
    expect((await bed.ask('/v1/claims', { json: CLAIM })).body).toEqual({ jobs: [] })
  })

  it('waits for a job', async () => {
    const bed = await ApiTestBed.open()
    const waiting = bed.ask('/v1/claims', { json: { ...CLAIM, waitMs: 60_000 } })
    await bed.startRun(ONE)
    expect((await waiting).body.jobs).toMatchObject([{ job: { jobId: 'only' } }])
  })

  it('waits no longer than the server allows', async () => {
    const bed = await ApiTestBed.open({ limits: { maxClaimWaitMs: 10 } })
    const waiting = bed.ask('/v1/claims', { json: { ...CLAIM, waitMs: 60_000 } })
    await bed.waitingClaims(1)
    await bed.clock.advance(10)
    expect((await waiting).body).toEqual({ jobs: [] })
  })

  it('holds nothing for a worker that went away while it waited', async () => {
    const bed = await ApiTestBed.open()
    const gone = new AbortController()
    const waiting = bed.ask('/v1/claims', { json: { ...CLAIM, waitMs: 60_000 }, signal: gone.signal })
    await bed.waitingClaims(1)
    gone.abort()
    await waiting
    await bed.startRun(ONE)
    expect((await bed.ask('/v1/claims', { json: CLAIM })).body.jobs).toHaveLength(1)
  })

  it('answers at once when its worker ends it by its name', async () => {
    const bed = await ApiTestBed.open()
    const waiting = bed.ask('/v1/claims', { json: { ...CLAIM, waitMs: 60_000, claimId: 'c/1' } })
    await bed.waitingClaims(1)
    expect((await bed.ask('/v1/claims/c%2F1', { method: 'DELETE' })).status).toBe(204)
    expect((await waiting).body).toEqual({ jobs: [] })
  })

  it('is ended by nobody with another token', async () => {
    const tokens = tokensNamed({ one: ['worker'], other: ['worker'] })
    const bed = await ApiTestBed.open({ tokens })
    const as = (token: string) => ({ authorization: `Bearer ${token}` })
    const json = { ...CLAIM, waitMs: 60_000, claimId: 'c1' }
    const waiting = bed.ask('/v1/claims', { headers: as('one'), json })
    await bed.waitingClaims(1)
    await bed.ask('/v1/claims/c1', { method: 'DELETE', headers: as('other') })
    await bed.enqueuer.startRun(parseWorkflow(ONE))
    expect((await waiting).body.jobs).toHaveLength(1)
  })

  it('answers at once when the server stops', async () => {
    const bed = await ApiTestBed.open()
    const waiting = bed.ask('/v1/claims', { json: { ...CLAIM, waitMs: 60_000 } })
    await bed.waitingClaims(1)
    bed.stopping.abort()
    expect((await waiting).body).toEqual({ jobs: [] })
  })

  it('is refused where too many wait, but answered where it does not wait', async () => {
    const bed = await ApiTestBed.open({ limits: { maxWaitingClaims: 2 } })
    const waiting = bed.ask('/v1/claims', { json: { ...CLAIM, waitMs: 60_000 } })
    await bed.waitingClaims(1)
    const refused = await bed.ask('/v1/claims', { json: { ...CLAIM, waitMs: 1 } })
    expect([refused.status, refused.body.code]).toEqual([429, 'TOO_MANY_WAITING'])
    expect((await bed.ask('/v1/claims', { json: CLAIM })).status).toBe(200)
    bed.stopping.abort()
    await waiting
  })
})

describe('a lease', () => {
  it('is renewed', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(ONE)
    const { lease } = await bed.claim()
    const { status, body } = await bed.ask(`/v1/leases/${lease.leaseId}/renew`, { json: { extendByMs: 90_000 } })
    expect([status, body]).toEqual([200, { ...lease, ttlMs: 90_000, expiresAt: lease.expiresAt + 30_000 }])
  })

  it('ends with outputs, which all that needs the job gets', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun('jobs: { first: { run: x }, second: { run: y, needs: first } }')
    await bed.completeNext({ version: '1.2.3', ['__proto__']: 'kept' })
    await bed.runReaches('run', ({ counts }) => counts.succeeded === 1)
    const { job } = await bed.claim()
    expect(JSON.stringify(job.upstreamOutputs)).toBe('{"first":{"version":"1.2.3","__proto__":"kept"}}')
  })

  it('ends with a failure, and tells whether the job is tried again', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun('jobs: { only: { run: x, retries: 1 } }')
    const fail = async () => {
      const { lease } = await bed.claim()
      const json = { failure: { message: 'no luck', exitCode: 3 }, retryable: true }
      return (await bed.ask(`/v1/leases/${lease.leaseId}/fail`, { json })).body
    }
    expect(await fail()).toEqual({ willRetry: true, retryAt: expect.any(Number) })
    expect(await fail()).toEqual({ willRetry: false })
  })

  it('is handed back, whereupon the job can be claimed again', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(ONE)
    const { lease } = await bed.claim()
    expect((await bed.ask(`/v1/leases/${lease.leaseId}/release`, { method: 'POST' })).status).toBe(204)
    expect((await bed.claim()).lease.attempt).toBe(0)
  })

  it('may be settled again, as after a lost reply', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(ONE)
    const { lease } = await bed.claim()
    const complete = () => bed.ask(`/v1/leases/${lease.leaseId}/complete`, { json: {} })
    expect([(await complete()).status, (await complete()).status]).toEqual([204, 204])
  })

  it('tells with 409 that the job was cancelled', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(ONE)
    const { lease } = await bed.claim()
    await bed.ask('/v1/runs/run/cancel', { method: 'POST' })
    const { status, body } = await bed.ask(`/v1/leases/${lease.leaseId}/renew`, { json: { extendByMs: 1000 } })
    expect([status, body]).toMatchObject([409, { code: 'JOB_CANCELLED', workflowId: 'run', jobId: 'only' }])
  })

  it('tells with 410 that it is over', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(ONE)
    const { lease } = await bed.claim()
    await bed.clock.advance(60_000)
    const { status, body } = await bed.ask(`/v1/leases/${lease.leaseId}/complete`, { json: { outputs: {} } })
    expect([status, body]).toMatchObject([410, { code: 'LEASE_EXPIRED', leaseId: lease.leaseId }])
  })

  it('tells with 404 that there is none', async () => {
    const bed = await ApiTestBed.open()
    const { status, body } = await bed.ask('/v1/leases/made-up/release', { method: 'POST' })
    expect([status, body]).toMatchObject([404, { code: 'LEASE_NOT_FOUND', leaseId: 'made-up' }])
  })
})

describe('the registry of workers', () => {
  const info = { workerId: 'w 1', labels: ['linux'], concurrency: 4, offlineAfterMs: 30_000, host: 'box' }

  it('lists who registered and what they said that they run', async () => {
    const bed = await ApiTestBed.open()
    const running = [{ workflowId: 'run', jobId: 'only' }]
    await bed.ask('/v1/workers', { json: info })
    await bed.ask('/v1/workers/w%201/heartbeat', { json: { running } })
    const { body } = await bed.ask('/v1/workers')
    expect(body.workers).toEqual([
      { ...info, running, online: true, registeredAt: expect.any(Number), lastSeenAt: expect.any(Number) },
    ])
  })

  it('forgets who leaves', async () => {
    const bed = await ApiTestBed.open()
    await bed.ask('/v1/workers', { json: info })
    expect((await bed.ask('/v1/workers/w%201', { method: 'DELETE' })).status).toBe(204)
    expect((await bed.ask('/v1/workers')).body.workers).toEqual([])
  })

  it('tells a worker that it does not know to register', async () => {
    const bed = await ApiTestBed.open()
    const { status, body } = await bed.ask('/v1/workers/w9/heartbeat', { json: { running: [] } })
    expect([status, body]).toMatchObject([404, { code: 'WORKER_NOT_FOUND', workerId: 'w9' }])
  })
})
