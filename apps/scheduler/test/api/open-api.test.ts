import { createHash } from 'node:crypto'
import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { ApiTestBed } from './api-test-bed.ts'

describe('GET /openapi.json', () => {
  it('is a valid document of OpenAPI 3.1', async () => {
    const bed = await ApiTestBed.open()
    const { body } = await bed.ask('/openapi.json')
    expect(body.openapi).toMatch(/^3\.1\./)
    expect(await new Validator().validate(body)).toEqual({ valid: true })
  })

  it('says of every route what it is for, who may use it and that it may answer with a problem', async () => {
    const bed = await ApiTestBed.open()
    const { body } = await bed.ask('/openapi.json')
    for (const methods of Object.values(body.paths as Record<string, Record<string, unknown>>)) {
      for (const operation of Object.values(methods)) {
        expect(operation).toMatchObject({
          summary: expect.any(String),
          description: expect.stringMatching(/Needs a token with the role/),
          security: [{ token: [] }],
          responses: { default: { content: { 'application/problem+json': expect.anything() } } },
        })
      }
    }
  })

  it('asks for what a request must have, and leaves open what it may have', async () => {
    const bed = await ApiTestBed.open()
    const { schemas } = (await bed.ask('/openapi.json')).body.components
    expect(schemas.Claim.required).toEqual(['workerId', 'labels', 'leaseTtlMs'])
    expect(schemas.WorkerInfo.required).toEqual(['workerId', 'labels', 'concurrency', 'offlineAfterMs'])
    expect(schemas.Run.required).not.toContain('finishedAt')
  })
})

describe('GET /reference', () => {
  it('shows every route, from this server alone', async () => {
    const bed = await ApiTestBed.open()
    const response = await bed.send('/reference')
    const page = await response.text()
    expect(response.headers.get('content-type')).toMatch(/^text\/html/)
    const { paths } = (await bed.ask('/openapi.json')).body
    for (const path of Object.keys(paths)) expect(page).toContain(path)
    expect(page).not.toMatch(/<script|<link|@import|url\(/)
  })

  it('allows its own styles and nothing else to be loaded', async () => {
    const bed = await ApiTestBed.open()
    const response = await bed.send('/reference')
    const [, styles = ''] = /<style>(.*)<\/style>/s.exec(await response.text()) ?? []
    const hash = createHash('sha256').update(styles).digest('base64')
    const policy = response.headers.get('content-security-policy')
    expect(policy).toBe(`default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'`)
  })
})
