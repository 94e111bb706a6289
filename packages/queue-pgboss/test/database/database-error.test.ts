import { BackendUnavailableError, QueueError } from '@sluice/core'
import { describe, expect, it } from 'vitest'
import { isRetryable, translateError, translateOutage } from '../../src/database/database-error.ts'

function serverError(code: string): Error {
  return Object.assign(new Error(`state ${code}`), { code, severity: 'ERROR' })
}

describe('translateOutage', () => {
  it.each(['08006', '57P01', '57P03', '53300', '25006', '57014'])('takes %s for an outage', (code) => {
    const cause = serverError(code)
    expect(translateOutage(cause, 'the store')).toMatchObject({ code: 'BACKEND_UNAVAILABLE', cause })
  })

  it('takes a full disk for a full store', () => {
    expect(translateOutage(serverError('53100'), 'the store')).toMatchObject({ code: 'CAPACITY_EXCEEDED' })
  })

  it('leaves what statements are to deal with', () => {
    for (const error of [serverError('22012'), serverError('23505'), new TypeError('a defect')])
      expect(translateOutage(error, 'the store')).toBe(error)
  })
})

describe('translateError', () => {
  it('gives every error of the server a code of the contract', () => {
    expect(QueueError.is(translateError(serverError('42P01'), 'the store'), 'BACKEND_UNAVAILABLE')).toBe(true)
  })

  it('leaves the errors of the contract, and defects', () => {
    for (const error of [new BackendUnavailableError('the store'), new TypeError('a defect')])
      expect(translateError(error, 'the store')).toBe(error)
  })
})

describe('isRetryable', () => {
  it('is true of what fell to others at the same time', () => {
    expect(['40P01', '40001', '23505'].map((code) => isRetryable(serverError(code)))).toEqual([true, true, false])
  })
})
