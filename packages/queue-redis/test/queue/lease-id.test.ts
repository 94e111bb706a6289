import { expect, test } from 'vitest'
import { createToken, decodeLeaseId, encodeLeaseId } from '../../src/queue/lease-id.ts'

test('tokens are 16 characters, each of its own', () => {
  const tokens = Array.from({ length: 1000 }, createToken)
  expect(new Set(tokens).size).toBe(1000)
  for (const token of tokens) expect(token).toMatch(/^[\w-]{16}$/)
})

test('the id of a lease tells its job and what proves it', () => {
  const token = createToken()
  const leaseId = encodeLeaseId(token, 'abcdefghijklmnop', 'run.build')
  expect(decodeLeaseId(leaseId)).toEqual({ lease: `${token}abcdef`, jobKey: 'run.build' })
})

test.each([undefined, null, 7, '', 'no-such-lease', '\0', '../..', `${'x'.repeat(22)}.run`, `${'x'.repeat(22)}.a.b.c`])(
  'the id %j is that of no job',
  (leaseId) => {
    expect(decodeLeaseId(leaseId)).toEqual({ lease: '', jobKey: '' })
  },
)
