import assert from 'node:assert/strict'
import { describe, it, vi } from 'vitest'
import { BackendUnavailableError, LeaseExpiredError, QueueError, ValidationError } from '../src/errors.ts'

describe('QueueError', () => {
  it('is recognised by code', () => {
    const error = new LeaseExpiredError('lease-1')
    assert.ok(QueueError.is(error))
    assert.ok(QueueError.is(error, 'LEASE_EXPIRED'))
    assert.ok(!QueueError.is(error, 'LEASE_NOT_FOUND'))
    assert.ok(!QueueError.is(new Error('LEASE_EXPIRED')))
    assert.ok(!QueueError.is({ code: 'LEASE_EXPIRED' }))
  })

  it('is recognised across two copies of the package', async () => {
    vi.resetModules()
    const copy = await import('../src/errors.ts')
    assert.notEqual(copy.QueueError, QueueError)
    assert.ok(QueueError.is(new copy.LeaseExpiredError('lease-1'), 'LEASE_EXPIRED'))
  })

  it('names itself, its field and its cause', () => {
    assert.equal(String(new ValidationError('priority', 'is wrong')), 'ValidationError: priority is wrong')
    const cause = new Error('ECONNREFUSED')
    assert.equal(new BackendUnavailableError('Redis', { cause }).cause, cause)
  })
})
