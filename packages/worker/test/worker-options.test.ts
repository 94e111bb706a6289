import { ValidationError } from '@sluice/core'
import { createMemoryBackend } from '@sluice/queue-memory'
import { describe, expect, it } from 'vitest'
import { createWorker, type WorkerOptions } from '../src/index.ts'

const make = (options: object) =>
  createWorker({ backend: createMemoryBackend(), handlers: {}, ...options } as WorkerOptions)

describe('createWorker', () => {
  it.each([
    [{ labels: ['a b'] }, 'labels[0] must be 1 to 64 of A-Z a-z 0-9 . _ : / = -, not "a b"'],
    [{ concurrency: 0 }, 'concurrency must be an integer from 1 to 10000, not 0'],
    [{ leaseTtlMs: 0.5 }, 'leaseTtlMs must be an integer from 1 to 86400000, not 0.5'],
    [{ graceMs: -1 }, 'graceMs must be an integer from 0 to 2147483647, not -1'],
    [{ heartbeatMs: 0 }, 'heartbeatMs must be an integer from 1 to 28800000, not 0'],
    [{ workerId: '' }, 'workerId must be a non-empty string'],
    [{ shell: true }, 'handlers and shell exclude each other: start one worker for each, with different labels'],
    [{ handlers: undefined }, 'handlers must be an object of functions; for shell commands give shell: true instead'],
    [{ handlers: { build: 'make' } }, 'handlers.build must be a function'],
  ])('refuses %j', (options, message) => {
    expect(() => make(options)).toThrow(ValidationError)
    expect(() => make(options)).toThrow(message)
  })

  it('makes up a name that no other worker has', () => {
    expect(make({}).workerId).toMatch(/^.+-\d+-[0-9a-f]{8}$/)
    expect(make({}).workerId).not.toBe(make({}).workerId)
  })
})
