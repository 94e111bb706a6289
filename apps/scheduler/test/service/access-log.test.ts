import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import type { Caller } from '../../src/api/auth/caller.ts'
import { accessLog } from '../../src/service/access-log.ts'
import { ApiTestBed, type TestRequest } from '../api/api-test-bed.ts'

interface Entry {
  readonly level: number
  readonly msg: string
  readonly [field: string]: unknown
}

/** An API with tokens, by their names, and the log of its requests. */
async function openLogged() {
  const entries: Entry[] = []
  const logger = pino({ level: 'trace' }, { write: (line: string) => void entries.push(JSON.parse(line)) })
  const callers = new Map<string, Caller>([
    ['sluice_a', { name: 'alice', roles: ['admin'] }],
    ['sluice_w', { name: 'host-7', roles: ['worker'] }],
  ])
  const tokens = { find: async (token: string) => callers.get(token) ?? null, isEmpty: async () => false }
  const bed = await ApiTestBed.open({ tokens, isLocal: false, onRequest: accessLog(logger) })
  const send = async (path: string, token?: string, request: TestRequest = {}) => {
    const headers = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...request.headers }
    const answer = await bed.ask(path, { ...request, headers })
    return { ...answer, entry: entries.at(-1) as Entry }
  }
  return { bed, entries, send }
}

const { debug, info, error } = pino.levels.values

describe('the log of requests', () => {
  it('tells what was asked, by whom, and what became of it', async () => {
    const { send } = await openLogged()
    const { headers, entry } = await send('/v1/runs/r1', 'sluice_a')
    expect(entry).toMatchObject({
      level: info,
      msg: 'request',
      requestId: headers.get('x-request-id'),
      method: 'GET',
      route: '/v1/runs/:runId',
      path: '/v1/runs/r1',
      status: 404,
      durationMs: expect.any(Number),
      caller: 'alice',
    })
  })

  it('takes the id of a request from the proxy that made it', async () => {
    const { send } = await openLogged()
    const { headers, entry } = await send('/v1/runs', 'sluice_a', { headers: { 'x-request-id': 'proxy-17' } })
    expect([entry.requestId, headers.get('x-request-id')]).toEqual(['proxy-17', 'proxy-17'])
  })

  it('has no caller where nobody knows who asked', async () => {
    const { send } = await openLogged()
    const { entry } = await send('/v1/runs', 'sluice_x')
    expect(entry).toMatchObject({ level: info, status: 401, path: '/v1/runs' })
    expect(entry).not.toHaveProperty('caller')
  })

  it('has no token, no query, no body and no lease', async () => {
    const { entries, send } = await openLogged()
    const workflow = { workflow: 'jobs: { a: { run: in-the-body } }' }
    await send('/v1/runs?key=in-the-query', 'sluice_a', { json: workflow })
    const claim = { workerId: 'w1', labels: [], leaseTtlMs: 60_000 }
    const { body } = await send('/v1/claims', 'sluice_w', { json: claim })
    const { leaseId } = body.jobs[0].lease
    const { status } = await send(`/v1/leases/${leaseId}/complete`, 'sluice_w', { json: { outputs: {} } })
    expect([status, entries.map(({ path }) => path)]).toEqual([
      204,
      ['/v1/runs', '/v1/claims', '/v1/leases/:leaseId/complete'],
    ])
    for (const secret of ['sluice_', 'in-the-query', 'in-the-body', leaseId])
      expect(JSON.stringify(entries)).not.toContain(secret)
  })

  it.each([
    ['/healthz', debug],
    ['/readyz', debug],
    ['/metrics', debug],
    ['/v1/runs', info],
    ['/v1/logs-of-nothing', info],
  ])('tells of %s with level %i', async (path, level) => {
    const { bed, entries } = await openLogged()
    await (await bed.send(path, { headers: { authorization: 'Bearer sluice_a' } })).text()
    expect(entries).toMatchObject([{ path, level }])
  })

  it('tells of what workers do again and again only where it goes wrong', async () => {
    const { send } = await openLogged()
    const claim = { workerId: 'w1', labels: [], leaseTtlMs: 60_000 }
    expect((await send('/v1/claims', 'sluice_w', { json: claim })).entry).toMatchObject({ status: 200, level: debug })
    expect((await send('/v1/claims', 'sluice_w', { json: {} })).entry).toMatchObject({ status: 400, level: info })
  })

  it('tells as an error what fails in the server', async () => {
    const { bed, send } = await openLogged()
    bed.backend.workflows.listRuns = () => Promise.reject(new Error('nobody foresaw this'))
    expect((await send('/v1/runs', 'sluice_a')).entry).toMatchObject({ status: 500, level: error })
  })
})
