import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { redactLocation } from '../../src/service/redact-location.ts'

describe('redactLocation', () => {
  it.each([
    ['postgres://sluice:s3cr@t/x@host:5432/db', 'postgres://sluice:***@host:5432/db'],
    ['redis://:secret@host', 'redis://:***@host'],
    [
      'postgres://host/db?user=a&password=secret&sslmode=require',
      'postgres://host/db?user=a&password=***&sslmode=require',
    ],
    ['postgres://sluice@host/db', 'postgres://sluice@host/db'],
    ['pglite:./data', 'pglite:./data'],
  ])('shows %s as %s', (location, shown) => {
    assert.equal(redactLocation(location), shown)
  })
})
