import { describe, expect, it } from 'vitest'
import { ApiTestBed } from './api-test-bed.ts'

const CHAIN = 'name: chain\njobs: { first: { run: one }, second: { run: two, needs: first } }'

describe('POST /v1/workflows/validate', () => {
  it('tells the name and the size of a valid workflow', async () => {
    const bed = await ApiTestBed.open()
    const { status, body } = await bed.ask('/v1/workflows/validate', { json: { workflow: CHAIN } })
    expect([status, body]).toEqual([200, { valid: true, name: 'chain', jobs: 2, problems: [] }])
  })

  it('tells all that is wrong and where', async () => {
    const bed = await ApiTestBed.open()
    const workflow = 'jobs:\n  a: { run: x, needs: b }\n  c: { needs: a }'
    const { body } = await bed.ask('/v1/workflows/validate', { json: { workflow } })
    expect(body).toMatchObject({ valid: false, problems: [{ line: 2 }, { line: 3 }] })
  })
})

describe('POST /v1/runs', () => {
  it('starts a run and says where it is', async () => {
    const bed = await ApiTestBed.open()
    const { status, headers, body } = await bed.ask('/v1/runs', { json: { workflow: CHAIN, runId: 'my run' } })
    expect(status).toBe(201)
    expect(headers.get('location')).toBe('/v1/runs/my%20run')
    expect(body).toMatchObject({ runId: 'my run', name: 'chain', status: 'running', counts: { blocked: 1, queued: 1 } })
  })

  it('takes a workflow as JSON', async () => {
    const bed = await ApiTestBed.open()
    const { body } = await bed.ask('/v1/runs', { json: { workflow: { name: 'one', jobs: { only: { run: 'x' } } } } })
    expect(body).toMatchObject({ name: 'one', counts: { queued: 1 } })
  })

  it('puts the inputs into the workflow', async () => {
    const bed = await ApiTestBed.open()
    const workflow = `jobs: { greet: { run: "echo \${{ vars.who }}" } }`
    await bed.ask('/v1/runs', { json: { workflow, inputs: { who: 'you' } } })
    expect((await bed.claim()).job.command).toContain('echo you')
  })

  it('refuses an invalid workflow with all of its problems, and stores nothing', async () => {
    const bed = await ApiTestBed.open()
    const { status, body } = await bed.ask('/v1/runs', { json: { workflow: 'jobs: { a: { run: x, needs: b } }' } })
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'VALIDATION', problems: [{ path: ['jobs', 'a', 'needs'], line: 1 }] })
    expect((await bed.ask('/v1/runs')).body.runs).toEqual([])
  })

  it('starts one run for one Idempotency-Key, however often', async () => {
    const bed = await ApiTestBed.open()
    const request = { json: { workflow: CHAIN }, headers: { 'idempotency-key': 'order-17' } }
    const answers = await Promise.all([bed.ask('/v1/runs', request), bed.ask('/v1/runs', request)])
    const later = await bed.ask('/v1/runs', request)
    expect(later.status).toBe(200)
    expect(new Set([...answers, later].map(({ body }) => body.runId)).size).toBe(1)
    expect((await bed.ask('/v1/runs')).body.runs).toHaveLength(1)
  })

  it.each(['idempotency-key', 'runId'])('refuses another workflow under the same %s', async (name) => {
    const bed = await ApiTestBed.open()
    const start = (workflow: string) =>
      name === 'runId'
        ? bed.ask('/v1/runs', { json: { workflow, runId: 'key' } })
        : bed.ask('/v1/runs', { json: { workflow }, headers: { [name]: 'key' } })
    await start(CHAIN)
    const { status, body } = await start('jobs: { other: { run: x } }')
    expect([status, body.code]).toEqual([409, 'IDEMPOTENCY_CONFLICT'])
  })

  it('refuses a run id that no path can carry', async () => {
    const bed = await ApiTestBed.open()
    const { status, body } = await bed.ask('/v1/runs', { json: { workflow: CHAIN, runId: '..' } })
    expect([status, body.field]).toEqual([400, 'runId'])
  })
})

describe('GET /v1/runs', () => {
  it('lists runs in pages, by status', async () => {
    const bed = await ApiTestBed.open()
    for (const runId of ['r1', 'r2', 'r3', 'r4']) await bed.startRun(CHAIN, runId)
    await bed.ask('/v1/runs/r4/cancel', { method: 'POST' })
    const first = await bed.ask('/v1/runs?status=running&limit=2')
    const second = await bed.ask(`/v1/runs?status=running&limit=2&cursor=${encodeURIComponent(first.body.nextCursor)}`)
    const both = await bed.ask('/v1/runs?status=running&status=cancelled')
    const ids = ({ body }: typeof both) => body.runs.map(({ runId }: { readonly runId: string }) => runId)
    expect([ids(first), ids(second)]).toEqual([['r3', 'r2'], ['r1']])
    expect(ids(both)).toEqual(['r4', 'r3', 'r2', 'r1'])
  })

  it.each(['limit=0', 'limit=1001', 'limit=ten', 'status=idle', 'cursor='])('refuses %s', async (query) => {
    const bed = await ApiTestBed.open()
    const { status, body } = await bed.ask(`/v1/runs?${query}`)
    expect([status, body.code]).toEqual([400, 'VALIDATION'])
  })
})

describe('a run', () => {
  it('is shown without its definition, which has an address of its own', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(CHAIN)
    expect((await bed.ask('/v1/runs/run')).body).not.toHaveProperty('definition')
    const { body } = await bed.ask('/v1/runs/run/workflow')
    expect(body).toMatchObject({ name: 'chain', jobs: [{ id: 'first' }, { id: 'second', needs: ['first'] }] })
  })

  it('lists its jobs in pages, by state', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(CHAIN)
    const { body } = await bed.ask('/v1/runs/run/jobs?limit=1')
    expect(body).toMatchObject({ jobs: [{ jobId: 'first', state: 'queued' }], nextCursor: expect.any(String) })
    const blocked = await bed.ask('/v1/runs/run/jobs?state=blocked')
    expect(blocked.body).toEqual({ jobs: [{ jobId: 'second', state: 'blocked', runAttempt: 1 }] })
  })

  it('is cancelled as a whole', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(CHAIN)
    const { body } = await bed.ask('/v1/runs/run/cancel', { method: 'POST' })
    expect(body).toMatchObject({ status: 'cancelled', counts: { cancelled: 2 } })
  })

  it('has single jobs cancelled', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(CHAIN)
    const { body } = await bed.ask('/v1/runs/run/jobs/first/cancel', { method: 'POST' })
    expect(body).toMatchObject({ jobId: 'first', state: 'cancelled' })
  })

  it('explains its jobs, as data and as a sentence', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(CHAIN)
    const { body } = await bed.ask('/v1/runs/run/jobs/second/explain')
    expect(body).toMatchObject({ jobId: 'second', cause: { kind: 'blocked', count: 1 } })
    expect(body.text).toBe('"second" waits for "first" (queued).')
  })

  it('runs again what did not succeed', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(CHAIN)
    await bed.ask('/v1/runs/run/cancel', { method: 'POST' })
    const { body } = await bed.ask('/v1/runs/run/retry', { json: {} })
    expect(body).toMatchObject({ status: 'running', attempt: 2, counts: { queued: 1, blocked: 1 } })
  })

  it('runs again from one job on', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(CHAIN)
    await bed.completeNext()
    await bed.runReaches('run', ({ counts }) => counts.succeeded === 1)
    await bed.ask('/v1/runs/run/cancel', { method: 'POST' })
    const { body } = await bed.ask('/v1/runs/run/retry', { json: { from: 'second' } })
    expect(body).toMatchObject({ attempt: 2, counts: { succeeded: 1, queued: 1 } })
  })

  it.each([
    ['GET', '/v1/runs/none', 'RUN_NOT_FOUND'],
    ['GET', '/v1/runs/none/workflow', 'RUN_NOT_FOUND'],
    ['GET', '/v1/runs/none/jobs', 'RUN_NOT_FOUND'],
    ['GET', '/v1/runs/none/events', 'RUN_NOT_FOUND'],
    ['POST', '/v1/runs/none/cancel', 'RUN_NOT_FOUND'],
    ['GET', '/v1/runs/none/jobs/first/log', 'RUN_NOT_FOUND'],
    ['GET', '/v1/runs/run/jobs/frist/log', 'UNKNOWN_JOB'],
    ['GET', '/v1/runs/run/jobs/frist/explain', 'UNKNOWN_JOB'],
    ['POST', '/v1/runs/run/jobs/frist/cancel', 'UNKNOWN_JOB'],
    ['GET', '/v1/nothing', 'NOT_FOUND'],
    ['DELETE', '/v1/runs/run', 'NOT_FOUND'],
  ])('answers %s %s with 404 and %s', async (method, path, code) => {
    const bed = await ApiTestBed.open()
    await bed.startRun(CHAIN)
    const { status, body } = await bed.ask(path, { method })
    expect([status, body.code]).toEqual([404, code])
  })

  it('answers a retry of what still runs with 409', async () => {
    const bed = await ApiTestBed.open()
    await bed.startRun(CHAIN)
    const { status, body } = await bed.ask('/v1/runs/run/retry', { json: {} })
    expect([status, body.code]).toEqual([409, 'RUN_NOT_FINISHED'])
  })

  it.each(['a/b', 'ü %2F ?#&', '<script>', "it's + more"])('has the id %j', async (id) => {
    const bed = await ApiTestBed.open()
    await bed.ask('/v1/runs', { json: { runId: id, workflow: { jobs: { [id]: { run: 'x' } } } } })
    const part = encodeURIComponent(id)
    const { status, body } = await bed.ask(`/v1/runs/${part}/jobs/${part}/explain`)
    expect([status, body.runId, body.jobId]).toEqual([200, id, id])
  })
})
