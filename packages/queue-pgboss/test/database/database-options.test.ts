import { describe, expect, it } from 'vitest'
import { type PostgresOptions, parseOptions } from '../../src/database/database-options.ts'

describe('parseOptions', () => {
  it('fills in what is not given', () => {
    expect(parseOptions({})).toEqual({ schema: 'sluice', bossSchema: 'sluice_pgboss', requestTimeoutMs: 10_000 })
    expect(parseOptions({ namespace: 'tenant_7' })).toMatchObject({ schema: 'tenant_7', bossSchema: 'tenant_7_pgboss' })
  })

  it.each<[field: string, options: PostgresOptions]>([
    ['namespace', { namespace: '' }],
    ['namespace', { namespace: 'Tenant' }],
    ['namespace', { namespace: 'a"; DROP SCHEMA public' }],
    ['namespace', { namespace: 'pg_tenant' }],
    ['namespace', { namespace: 'x'.repeat(41) }],
    ['pgBossSchema', { pgBossSchema: 'two words' }],
    ['pgBossSchema', { pgBossSchema: 'sluice' }],
    ['pglite', { connectionString: 'postgres://localhost', pglite: './data' }],
    ['requestTimeoutMs', { requestTimeoutMs: 0 }],
  ])('refuses a wrong %s', (field, options) => {
    expect(() => parseOptions(options)).toThrow(expect.objectContaining({ code: 'VALIDATION', field }))
  })
})
