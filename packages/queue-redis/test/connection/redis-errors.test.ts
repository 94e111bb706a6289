import { CapacityExceededError } from '@sluice/core'
import { describe, expect, it } from 'vitest'
import { isTransient, translateError } from '../../src/connection/redis-errors.ts'

const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' })

describe('isTransient', () => {
  it.each([
    "READONLY You can't write against a read only replica.",
    'LOADING Redis is loading the dataset in memory',
    'CLUSTERDOWN The cluster is down',
    "ERR Error running script (call to f_1): @user_script:1: @user_script: 1: -READONLY You can't write",
  ])('is true of what a server will serve later: %s', (message) => {
    expect(isTransient(reply(message))).toBe(true)
  })

  it('is true where there was no reply', () => {
    expect(isTransient(new Error('Connection is closed.'))).toBe(true)
  })

  it.each(['OOM command not allowed', 'WRONGPASS invalid password', 'NOPERM no permissions', 'ERR READONLY value'])(
    'is false of: %s',
    (message) => {
      expect(isTransient(reply(message))).toBe(false)
    },
  )
})

describe('translateError', () => {
  it.each([
    'OOM command not allowed',
    'ERR Error running script (call to f_1): @user_script:1: -OOM command not allowed',
  ])('tells that Redis is full: %s', (message) => {
    expect(translateError(reply(message))).toMatchObject({ code: 'CAPACITY_EXCEEDED', cause: reply(message) })
  })

  it('tells why Redis is unavailable', () => {
    const { message } = translateError(new Error('connect ECONNREFUSED 127.0.0.1:6379'))
    expect(message).toBe(
      'Redis (connect ECONNREFUSED 127.0.0.1:6379) is unavailable; the queue recovers by itself when it is back',
    )
    const several = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })
    expect(translateError(several).message).toMatch(/^Redis \(ECONNREFUSED\) is unavailable/)
  })

  it('leaves errors of the contract as they are', () => {
    const error = new CapacityExceededError('full')
    expect(translateError(error)).toBe(error)
  })
})
