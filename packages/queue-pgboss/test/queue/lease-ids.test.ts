import { describe, expect, it } from 'vitest'
import { LeaseIds, type LeaseRef } from '../../src/queue/lease-ids.ts'

const JOB = '01234567-89ab-4cde-8f01-23456789abcd'
const ids = new LeaseIds('secret')

describe('LeaseIds', () => {
  it('reads back what it made', () => {
    const nonce = ids.createNonce()
    const leaseId = ids.create(JOB, 12, nonce)
    const lease = ids.parse(leaseId)
    expect(lease).toEqual({ leaseId, job: JOB, labelSet: 12, nonce })
    expect(ids.isGenuine(lease as LeaseRef)).toBe(true)
  })

  it('makes another nonce each time', () => {
    const nonces = new Set(Array.from({ length: 1000 }, () => ids.createNonce()))
    expect(nonces.size).toBe(1000)
  })

  it('knows the ids of another store from its own', () => {
    const foreign = ids.parse(new LeaseIds('another secret').create(JOB, 1, ids.createNonce()))
    expect(ids.isGenuine(foreign as LeaseRef)).toBe(false)
  })

  it('is not deceived by another way to write a number', () => {
    const nonce = ids.createNonce()
    const lease = ids.parse(ids.create(JOB, 7, nonce).replace('.7.', '.007.'))
    expect(ids.isGenuine(lease as LeaseRef)).toBe(false)
  })

  it.each([
    undefined,
    null,
    7,
    '',
    'lease',
    '../..',
    `${JOB}.1.short.seal`,
    `${JOB}.x.${'a'.repeat(16)}.${'b'.repeat(11)}`,
  ])('reads nothing in %j', (text) => {
    expect(ids.parse(text)).toBeNull()
  })
})
