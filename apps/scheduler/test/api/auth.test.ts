import { describe, expect, it } from 'vitest'
import { ROLES, type Role } from '../../src/api/auth/role.ts'
import { ApiTestBed, tokensNamed } from './api-test-bed.ts'

const TOKENS = tokensNamed({ admin: ['admin'], submit: ['submit'], read: ['read'], worker: ['worker'] })

/** Who may use which route: all routes of the API, so that a new one is thought of here. */
const ROUTES: Readonly<Record<string, readonly Role[]>> = {
  'POST /v1/workflows/validate': ['admin', 'submit', 'read'],
  'POST /v1/runs': ['admin', 'submit'],
  'GET /v1/runs': ['admin', 'submit', 'read'],
  'GET /v1/runs/{runId}': ['admin', 'submit', 'read'],
  'GET /v1/runs/{runId}/workflow': ['admin', 'submit', 'read'],
  'GET /v1/runs/{runId}/jobs': ['admin', 'submit', 'read'],
  'GET /v1/runs/{runId}/events': ['admin', 'submit', 'read'],
  'POST /v1/runs/{runId}/cancel': ['admin', 'submit'],
  'POST /v1/runs/{runId}/retry': ['admin', 'submit'],
  'POST /v1/runs/{runId}/jobs/{jobId}/cancel': ['admin', 'submit'],
  'GET /v1/runs/{runId}/jobs/{jobId}/explain': ['admin', 'submit', 'read'],
  'GET /v1/runs/{runId}/jobs/{jobId}/log': ['admin', 'submit', 'read'],
  'GET /v1/workers': ['admin', 'submit', 'read'],
  'POST /v1/workers': ['admin', 'worker'],
  'POST /v1/workers/{workerId}/heartbeat': ['admin', 'worker'],
  'DELETE /v1/workers/{workerId}': ['admin', 'worker'],
  'POST /v1/claims': ['admin', 'worker'],
  'DELETE /v1/claims/{claimId}': ['admin', 'worker'],
  'POST /v1/leases/{leaseId}/renew': ['admin', 'worker'],
  'POST /v1/leases/{leaseId}/complete': ['admin', 'worker'],
  'POST /v1/leases/{leaseId}/fail': ['admin', 'worker'],
  'POST /v1/leases/{leaseId}/release': ['admin', 'worker'],
  'POST /v1/logs': ['admin', 'worker'],
  'GET /v1/cancellations': ['admin', 'worker'],
  'GET /v1/server': ['admin', 'submit', 'read'],
  'GET /v1/stats': ['admin', 'submit', 'read'],
  'GET /metrics': ['admin', 'submit', 'read'],
}

function bearer(token: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` }
}

describe('a server with tokens', () => {
  it('names every route of the API in the list below', async () => {
    const bed = await ApiTestBed.open()
    const { body } = await bed.ask('/openapi.json')
    const routes = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(routes.sort()).toEqual(Object.keys(ROUTES).sort())
  })

  it.each(Object.entries(ROUTES))('lets use %s those who may, and nobody else', async (route, allowed) => {
    const bed = await ApiTestBed.open({ tokens: TOKENS })
    const [method = '', path = ''] = route.replaceAll(/\{\w+\}/g, 'none').split(' ')
    const statuses = await Promise.all(
      ROLES.map(async (role): Promise<[Role, boolean]> => {
        const { status, body } = await bed.send(path, { method, headers: bearer(role) })
        await body?.cancel()
        expect(status).not.toBe(401)
        return [role, status !== 403]
      }),
    )
    expect(statuses.filter(([, isAllowed]) => isAllowed).map(([role]) => role)).toEqual(
      ROLES.filter((role) => allowed.includes(role)),
    )
  })

  it.each([
    ['no token', {}],
    ['an unknown token', bearer('guess')],
    ['another scheme', { authorization: 'Basic cmVhZDpyZWFk' }],
    ['an empty token', { authorization: 'Bearer ' }],
  ])('refuses %s with 401, and says how to get one', async (_, headers) => {
    const bed = await ApiTestBed.open({ tokens: TOKENS })
    const answer = await bed.ask('/v1/runs', { headers })
    expect([answer.status, answer.body.code]).toEqual([401, 'UNAUTHENTICATED'])
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    expect(answer.body.detail).toContain('sluice token create')
  })

  it('tells strangers no more of an unknown route than of a known one', async () => {
    const bed = await ApiTestBed.open({ tokens: TOKENS })
    expect((await bed.ask('/v1/nothing')).status).toBe(401)
  })

  it.each(['/healthz', '/readyz', '/openapi.json'])('answers %s without a token', async (path) => {
    const bed = await ApiTestBed.open({ tokens: TOKENS })
    expect((await bed.ask(path)).status).toBe(200)
  })
})

describe('a server without tokens', () => {
  it('lets everybody on this machine do everything', async () => {
    const bed = await ApiTestBed.open({ isLocal: true })
    expect((await bed.ask('/v1/runs')).status).toBe(200)
    expect((await bed.ask('/v1/claims', { json: { workerId: 'w', labels: [], leaseTtlMs: 1 } })).status).toBe(200)
  })

  it('refuses everybody where others can reach it', async () => {
    const bed = await ApiTestBed.open({ isLocal: false })
    expect((await bed.ask('/v1/runs')).status).toBe(401)
  })

  it('refuses a web page that calls it by a name of its own', async () => {
    const bed = await ApiTestBed.open({ isLocal: true })
    const response = await bed.app.request('http://rebound.example/v1/runs')
    expect(response.status).toBe(403)
  })

  it('refuses a request of a web page from elsewhere', async () => {
    const bed = await ApiTestBed.open({ isLocal: true })
    const { status } = await bed.ask('/v1/runs', { headers: { origin: 'https://evil.example' } })
    expect(status).toBe(403)
  })

  it('asks for a token as soon as there is one', async () => {
    const callers: Record<string, readonly Role[]> = {}
    const bed = await ApiTestBed.open({
      isLocal: true,
      tokens: {
        find: (token) => tokensNamed(callers).find(token),
        isEmpty: () => tokensNamed(callers).isEmpty(),
      },
    })
    expect((await bed.ask('/v1/runs')).status).toBe(200)
    callers.me = ['read']
    expect((await bed.ask('/v1/runs')).status).toBe(401)
    expect((await bed.ask('/v1/runs', { headers: bearer('me') })).status).toBe(200)
  })
})

describe('the requests of a token', () => {
  it('are refused beyond so many in a second, and those of others are not', async () => {
    const bed = await ApiTestBed.open({ tokens: TOKENS, limits: { maxRequestsPerSecond: 3 } })
    const ask = (token: string) => bed.ask('/v1/runs', { headers: bearer(token) })
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask('read')))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429])
    expect(answers.find(({ status }) => status === 429)).toMatchObject({ body: { code: 'TOO_MANY_REQUESTS' } })
    expect((await ask('submit')).status).toBe(200)
  })
})

describe('answers', () => {
  it('let no web page of another origin read them', async () => {
    const bed = await ApiTestBed.open({ tokens: TOKENS })
    const headers = { ...bearer('read'), origin: 'https://elsewhere.example' }
    const { headers: answered } = await bed.ask('/v1/runs', { headers })
    expect(answered.get('access-control-allow-origin')).toBeNull()
  })

  it('are kept by nobody on the way', async () => {
    const bed = await ApiTestBed.open()
    expect((await bed.ask('/v1/runs')).headers.get('cache-control')).toBe('no-store')
  })
})
