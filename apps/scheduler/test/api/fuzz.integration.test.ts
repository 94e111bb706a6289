import { createMemoryBackend } from '@sluice/queue-memory'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { grants, ROLES, type Role } from '../../src/api/auth/role.ts'
import { ApiTestBed, tokensNamed } from './api-test-bed.ts'
import { arbitraryRequest, type FuzzedRequest } from './arbitrary-request.ts'

const REQUESTS = 5000
const SEED = Number(process.env.SLUICE_SEED ?? Date.now() % 2 ** 31)
const TOKENS = tokensNamed(Object.fromEntries(ROLES.map((role) => [role, [role]])))

/** What is only in outputs and logs, and so must never reach a worker that does not need it. */
const SECRET = 'the-secret-of-another-role'

it(`survives ${REQUESTS} requests that nobody would send, and keeps each role to its own (SLUICE_SEED=${SEED})`, async () => {
  const limits = { maxRequestsPerSecond: 1_000_000, maxClaimWaitMs: 1, keepAliveMs: 1 }
  const bed = await ApiTestBed.open({ tokens: TOKENS, limits }, createMemoryBackend())
  const asAdmin = { authorization: 'Bearer admin' }
  const known = new Map([
    ['runId', ['run']],
    ['jobId', ['a', 'b', 'secret']],
    ['workflowId', ['run', 'run~2']],
    ['leaseId', ['none']],
    ['workerId', ['w1', 'w2']],
  ])
  const remember = (name: string, value: string) => known.get(name)?.unshift(value)
  await bed.ask('/v1/runs', {
    headers: asAdmin,
    json: { runId: 'run', workflow: `name: ${SECRET}\njobs: { a: { run: x } }` },
  })
  const { body: document } = await bed.ask('/openapi.json')
  const request = fc.record({ role: fc.constantFrom(...ROLES), request: arbitraryRequest(document, known) })

  const property = fc.asyncProperty(request, async ({ role, request }) => {
    const { status, text } = await send(bed, request, role)
    expect(status, text).toBeLessThan(500)
    if (status >= 400) expect(JSON.parse(text), text).toMatchObject({ status, code: expect.any(String) })
    if (!grants([role], 'read')) expect(text).not.toContain(SECRET)
    for (const [, leaseId = ''] of text.matchAll(/"leaseId":"([^"]+)","workflowId"/g)) remember('leaseId', leaseId)
    for (const [, runId = ''] of text.matchAll(/"runId":"([^"\\]+)","name"/g)) remember('runId', runId)
  })
  await fc.assert(property, { numRuns: REQUESTS, seed: SEED, endOnFailure: true })

  expect(bed.errors).toEqual([])
  expect((await bed.ask('/readyz')).status).toBe(200)
  expect((await bed.ask('/v1/runs/run', { headers: asAdmin })).body.name).toBe(SECRET)
}, 120_000)

/** Sends a request, and reads at the most the beginning of what it streams. */
async function send(bed: ApiTestBed, { path, method, headers, body }: FuzzedRequest, role: Role) {
  const response = await bed.app.request(`http://localhost${path}`, {
    method,
    headers: { ...headers, authorization: `Bearer ${role}` },
    ...(body === undefined ? {} : { body }),
  })
  if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
    return { status: response.status, text: await response.text() }
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const pieces = [await reader.read(), await reader.read()].map(({ value }) => new TextDecoder().decode(value))
  await reader.cancel()
  return { status: response.status, text: pieces.join('') }
}
