import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { ValidationError } from '../src/errors.ts'
import type { QueuedJob } from '../src/job.ts'
import { cutText, parseClaim, parseFailure, parseJob, parseOutputs } from '../src/validation.ts'

const job: QueuedJob = { workflowId: 'run-1', jobId: 'build', command: 'make' }

describe('parseJob', () => {
  it('fills in every default', () => {
    assert.deepEqual(parseJob(job), {
      ...job,
      requiredLabels: [],
      priority: 0,
      delayMs: 0,
      retryPolicy: { maxRetries: 0, backoff: { kind: 'none' } },
    })
  })

  it('keeps everything given, with labels in canonical order', () => {
    const full: QueuedJob = {
      ...job,
      payload: { pages: [1, 2] },
      requiredLabels: ['linux', 'gpu', 'linux'],
      priority: 1000,
      delayMs: 5,
      retryPolicy: { maxRetries: 100, backoff: { kind: 'exponential', baseMs: 1, maxMs: 2, jitter: true } },
      timeoutMs: 1,
      upstreamOutputs: { ['__proto__']: { key: 'value' }, fetch: { path: '/tmp/x' } },
    }
    assert.deepEqual(parseJob(full), { ...full, requiredLabels: ['gpu', 'linux'] })
  })

  it('accepts each limit to the byte and refuses one more', () => {
    const overhead = Buffer.byteLength(JSON.stringify(parseJob({ ...job, payload: '' })))
    assert.ok(parseJob({ ...job, payload: 'é'.repeat((1024 * 1024 - overhead) / 2) }))
    assert.throws(() => parseJob({ ...job, payload: 'x'.repeat(1024 * 1024 - overhead + 1) }), {
      message: 'job must take at most 1048576 bytes as JSON, not 1048577',
    })
    assert.ok(
      parseJob({ ...job, jobId: 'x'.repeat(255), requiredLabels: Array.from({ length: 32 }, (_, i) => `l${i}`) }),
    )
  })

  it.each<[Partial<Record<keyof QueuedJob | 'lables', unknown>>, string, string]>([
    [{ workflowId: '' }, 'workflowId', 'must be a non-empty string'],
    [{ jobId: 'x'.repeat(256) }, 'jobId', 'must have at most 255 characters, not 256'],
    [{ jobId: 'a\nb' }, 'jobId', 'must not contain control characters'],
    [{ jobId: 'a\udfff' }, 'jobId', 'must not contain a lone surrogate (broken UTF-16)'],
    [{ jobId: 7 }, 'jobId', 'must be a non-empty string'],
    [{ command: '' }, 'command', 'must be a non-empty string'],
    [{ command: 'a\0' }, 'command', 'must not contain a NUL character'],
    [{ lables: ['gpu'] }, 'lables', 'is not a field of a job'],
    [{ requiredLabels: 'gpu' }, 'requiredLabels', 'must be an array of labels'],
    [
      { requiredLabels: ['ok', 'not ok'] },
      'requiredLabels[1]',
      'must be 1 to 64 of A-Z a-z 0-9 . _ : / = -, not "not ok"',
    ],
    [{ requiredLabels: Array(33).fill('a') }, 'requiredLabels', 'must hold at most 32 labels, not 33'],
    [{ priority: 1001 }, 'priority', 'must be an integer from 0 to 1000, not 1001'],
    [{ priority: '5' }, 'priority', 'must be an integer from 0 to 1000, not "5"'],
    [{ delayMs: -1 }, 'delayMs', 'must be an integer from 0 to 315360000000, not -1'],
    [{ timeoutMs: 0 }, 'timeoutMs', 'must be an integer from 1 to 315360000000, not 0'],
    [
      { retryPolicy: { maxRetries: 101, backoff: { kind: 'none' } } },
      'retryPolicy.maxRetries',
      'must be an integer from 0 to 100, not 101',
    ],
    [{ retryPolicy: { maxRetries: 1 } }, 'retryPolicy.backoff', 'must be an object'],
    [
      { retryPolicy: { maxRetries: 1, backoff: { kind: 'linear' } } },
      'retryPolicy.backoff.kind',
      'must be none, fixed or exponential, not "linear"',
    ],
    [
      { retryPolicy: { maxRetries: 1, backoff: { kind: 'fixed', delayMs: 0.5 } } },
      'retryPolicy.backoff.delayMs',
      'must be an integer from 0 to 315360000000, not 0.5',
    ],
    [{ upstreamOutputs: { fetch: { size: 3 } } }, 'upstreamOutputs.fetch.size', 'must be a string'],
    [{ upstreamOutputs: new Map() }, 'upstreamOutputs', 'must be a plain object'],
    [{ upstreamOutputs: [] }, 'upstreamOutputs', 'must be a plain object'],
    [{ upstreamOutputs: { fetch: ['x'] } }, 'upstreamOutputs.fetch', 'must be an object of strings'],
  ])('refuses %o', (change, field, problem) => {
    assert.throws(
      () => parseJob({ ...job, ...change } as QueuedJob),
      (error) => {
        assert.ok(error instanceof ValidationError)
        assert.equal(error.field, field)
        assert.equal(error.message, `${field} ${problem}`)
        return true
      },
    )
  })
})

describe('parseClaim', () => {
  const claim = { workerId: 'w1', labels: ['b', 'a'], leaseTtlMs: 1000 }

  it('defaults to one job at once', () => {
    assert.deepEqual(parseClaim(claim), { ...claim, labels: ['a', 'b'], waitMs: 0, limit: 1 })
  })

  it('looks at the labels of each claim, be they in the same array as before', () => {
    const labels = ['b', 'a']
    assert.deepEqual(parseClaim({ ...claim, labels }).labels, ['a', 'b'])
    labels[0] = 'c'
    assert.deepEqual(parseClaim({ ...claim, labels }).labels, ['a', 'c'])
    labels[0] = 'not a label'
    assert.throws(() => parseClaim({ ...claim, labels }), { field: 'labels[0]' })
    assert.throws(() => parseClaim({ ...claim, labels }), { field: 'labels[0]' })
  })

  it.each([
    [{ leaseTtlMs: 0 }, 'leaseTtlMs must be an integer from 1 to 86400000, not 0'],
    [{ leaseTtlMs: 86_400_001 }, 'leaseTtlMs must be an integer from 1 to 86400000, not 86400001'],
    [{ waitMs: Number.POSITIVE_INFINITY }, 'waitMs must be an integer from 0 to 86400000, not Infinity'],
    [{ limit: 1001 }, 'limit must be an integer from 1 to 1000, not 1001'],
  ])('refuses %o', (change, message) => {
    assert.throws(() => parseClaim({ ...claim, ...change }), { code: 'VALIDATION', message })
  })
})

describe('parseOutputs', () => {
  it('copies strings and refuses everything else', () => {
    assert.deepEqual(parseOutputs({ path: 'dist' }), { path: 'dist' })
    assert.throws(() => parseOutputs({ count: 1 }), { message: 'outputs.count must be a string' })
    assert.throws(() => parseOutputs(null), { message: 'outputs must be an object of strings' })
    const tooMany = Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`k${index}`, '']))
    assert.throws(() => parseOutputs(tooMany), { message: 'outputs must have at most 256 keys, not 257' })
    assert.throws(() => parseOutputs({ blob: 'x'.repeat(256 * 1024) }), {
      message: 'outputs must take at most 262144 bytes as JSON, not 262155',
    })
  })
})

describe('parseFailure', () => {
  it('keeps a short message as it is', () => {
    const failure = { message: 'exit code 3', exitCode: 3, signal: 'SIGKILL' }
    assert.deepEqual(parseFailure(failure), failure)
  })

  it('cuts a long message within 16 KiB at a character, and marks it', () => {
    const failure = parseFailure({ message: '€'.repeat(6000) })
    assert.equal(failure.message, '€'.repeat(5461))
    assert.equal(failure.truncated, true)
  })

  it('replaces what a store cannot hold, so that no failure is lost for its message', () => {
    assert.deepEqual(parseFailure({ message: 'a\0b\ud800' }), { message: 'a\ufffdb\ufffd' })
  })
})

describe('cutText', () => {
  it('never splits a surrogate pair', () => {
    assert.equal(cutText('ab😀', 5), 'ab')
    assert.equal(cutText('ab😀', 6), 'ab😀')
  })
})
