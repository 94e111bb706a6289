import { describe, expect, it } from 'vitest'
import { LeaseIds, type LeaseRef } from '../../src/queue/lease-ids.ts'

const JOB = '01234567-89ab-4cde-8f01-23456789abcd'
const ids = new LeaseIds('secret')

describe('LeaseIds', () => {
  it('reads back what it made', () => {
    const nonce = ids.createNonce()
    const leaseId = ids.create({ job: JOB, labelSet: 12, nonce, claimedAt: 1_800_000_000_000 })
    const lease = ids.parse(leaseId)
    expect(lease).toEqual({ leaseId, job: JOB, labelSet: 12, nonce, claimedAt: 1_800_000_000_000 })
    expect(ids.isGenuine(lease as LeaseRef)).toBe(true)
  })

  it('makes another nonce each time', () => {
    const nonces = new Set(Array.from({ length: 1000 }, () => ids.createNonce()))
    expect(nonces.size).toBe(1000)
  })

  it('knows the ids of another store from its own', () => {
    const foreign = ids.parse(
      new LeaseIds('another secret').create({ job: JOB, labelSet: 1, nonce: ids.createNonce(), claimedAt: 1 }),
    )
    expect(ids.isGenuine(foreign as LeaseRef)).toBe(false)
  })

  it('is not deceived by another way to write a number', () => {
    const nonce = ids.createNonce()
    const lease = ids.parse(ids.create({ job: JOB, labelSet: 7, nonce, claimedAt: 1 }).replace('.7.', '.007.'))
    expect(ids.isGenuine(lease as LeaseRef)).toBe(false)
  })

  it.each([
    undefined,
    null,
    7,
    '',
    'lease',
    '../..',
    `${JOB}.1.short.1.seal`,
    `${JOB}.1.${'a'.repeat(16)}.${'b'.repeat(11)}`,
    `${JOB}.x.${'a'.repeat(16)}.1.${'b'.repeat(11)}`,
  ])('reads nothing in %j', (text) => {
    expect(ids.parse(text)).toBeNull()
  })
})
