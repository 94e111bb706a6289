import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { defineHandler, type Handlers, type JobContext, PermanentError } from '../src/index.ts'
import { Fixture } from './worker-fixture.ts'

function start(handlers: Handlers): Fixture {
  const fixture = new Fixture({ handlers })
  fixture.worker.start()
  return fixture
}

describe('a handler', () => {
  it('gets the job, and returns what it hands on', async () => {
    let context: JobContext | undefined
    const fixture = start({
      work: (given) => {
        context = given
        return { answer: '42' }
      },
    })
    await fixture.enqueue({ jobId: 'a', payload: { n: 1 }, upstreamOutputs: { before: { x: 'y' } } })
    expect(await fixture.recorder.outcomeOf('a')).toEqual({ status: 'completed', outputs: { answer: '42' } })
    expect(context).toMatchObject({
      job: { workflowId: 'run', jobId: 'a', command: 'work' },
      payload: { n: 1 },
      attempt: 0,
      upstreamOutputs: { before: { x: 'y' } },
      workerId: 'w1',
    })
    expect(await fixture.job('a')).toMatchObject({ state: 'completed', outputs: { answer: '42' } })
  })

  it('may return nothing, at once or later', async () => {
    const fixture = start({ now: () => {}, later: async () => {} })
    await fixture.enqueue({ jobId: 'a', command: 'now' })
    await fixture.enqueue({ jobId: 'b', command: 'later' })
    expect(await fixture.recorder.outcomeOf('a')).toEqual({ status: 'completed', outputs: {} })
    expect(await fixture.recorder.outcomeOf('b')).toEqual({ status: 'completed', outputs: {} })
  })

  it('is tried again as often as the policy allows, with the attempt counted', async () => {
    const attempts: number[] = []
    const fixture = start({
      work: ({ attempt }) => {
        attempts.push(attempt)
        throw new Error(`no luck ${attempt}`)
      },
    })
    await fixture.enqueue({ jobId: 'a', retryPolicy: { maxRetries: 2, backoff: { kind: 'none' } } })
    const outcomes = await fixture.recorder.outcomesOf('a', 3)
    expect(attempts).toEqual([0, 1, 2])
    expect(outcomes).toMatchObject([
      { status: 'failed', willRetry: true, retryAt: expect.any(Number), failure: { message: 'no luck 0' } },
      { status: 'failed', willRetry: true },
      { status: 'failed', willRetry: false, failure: { message: 'no luck 2' } },
    ])
    expect(await fixture.job('a')).toMatchObject({ state: 'failed', attempt: 2, failure: { message: 'no luck 2' } })
  })

  it.each([
    ['a PermanentError', new PermanentError('final')],
    ['an error that is marked', Object.assign(new Error('final'), { retryable: false })],
  ])('fails for good by %s', async (_, error) => {
    const fixture = start({ work: () => Promise.reject(error) })
    await fixture.enqueue({ jobId: 'a', retryPolicy: { maxRetries: 5, backoff: { kind: 'none' } } })
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({ willRetry: false, failure: { message: 'final' } })
    expect(await fixture.job('a')).toMatchObject({ state: 'failed', attempt: 0 })
  })

  it.each([
    ['a string', 'plain words', 'plain words'],
    ['an object', { reason: 1 }, 'the handler threw {"reason":1}'],
    ['nothing', undefined, 'the handler threw undefined'],
    ['an error without a message', new TypeError(), 'TypeError'],
  ])('may throw %s', async (_, thrown, message) => {
    const fixture = start({ work: () => Promise.reject(thrown) })
    await fixture.enqueue({ jobId: 'a' })
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({ status: 'failed', failure: { message } })
  })

  it('logs lines, and the stack and causes of what it throws', async () => {
    const fixture = start({
      work: ({ log }) => {
        log('one')
        log('two\n')
        throw Object.assign(new Error('outer', { cause: new Error('inner') }), { request: 'with a password' })
      },
    })
    await fixture.enqueue({ jobId: 'a' })
    await fixture.recorder.outcomeOf('a')
    expect(await fixture.log('a')).toMatch(
      /^one\ntwo\nError: outer\n {4}at .*handlers\.test\.ts(.|\n)*\ncaused by Error: inner\n {4}at /,
    )
    expect(await fixture.log('a')).not.toContain('password')
    expect(fixture.recorder.printed.slice(0, 2)).toEqual([
      { stream: 'stdout', text: 'one\n' },
      { stream: 'stdout', text: 'two\n' },
    ])
    expect(fixture.recorder.printed[2]?.stream).toBe('stderr')
  })

  it('stores its log before its result: a reader who knows the result finds all of the log', async () => {
    const fixture = start({ work: ({ log }) => log('last words') })
    const events = await fixture.queue.subscribe({ kinds: ['completed'] })
    await fixture.enqueue({ jobId: 'a' })
    await events.next()
    expect(await fixture.log('a')).toBe('last words\n')
  })

  it('fails for good where its outputs cannot be stored', async () => {
    const fixture = start({ work: () => ({ count: 3 as unknown as string }) })
    await fixture.enqueue({ jobId: 'a', retryPolicy: { maxRetries: 5, backoff: { kind: 'none' } } })
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({
      status: 'failed',
      willRetry: false,
      failure: { message: "the job's outputs cannot be stored: outputs.count must be a string" },
    })
  })

  it('is missing: the job fails for good, and the message names those that are there', async () => {
    const fixture = start({ build: () => {}, lint: () => {} })
    await fixture.enqueue({
      jobId: 'a',
      command: 'toString',
      retryPolicy: { maxRetries: 5, backoff: { kind: 'none' } },
    })
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({
      willRetry: false,
      failure: { message: 'no handler "toString"; this worker has build, lint' },
    })
  })
})

describe('defineHandler', () => {
  const input = z.object({ files: z.array(z.object({ name: z.string(), size: z.coerce.number() })) })

  it('gives the handler what the schema makes of the payload', async () => {
    const fixture = start({
      work: defineHandler({
        input,
        run: ({ payload, attempt, log }) => {
          expectTypeOf(payload).toEqualTypeOf<{ files: { name: string; size: number }[] }>()
          log(`attempt ${attempt}`)
          return { total: String(payload.files.reduce((sum, { size }) => sum + size, 0)) }
        },
      }),
    })
    await fixture.enqueue({
      jobId: 'a',
      payload: {
        files: [
          { name: 'x', size: '3' },
          { name: 'y', size: 4 },
        ],
      },
    })
    expect(await fixture.recorder.outcomeOf('a')).toEqual({ status: 'completed', outputs: { total: '7' } })
  })

  it('fails the job for good with the path of every issue', async () => {
    const fixture = start({ work: defineHandler({ input, run: () => {} }) })
    const payload = {
      files: [
        { name: 'x', size: 1 },
        { name: 5, size: 'many' },
      ],
    }
    await fixture.enqueue({ jobId: 'a', payload, retryPolicy: { maxRetries: 5, backoff: { kind: 'none' } } })
    const outcome = await fixture.recorder.outcomeOf('a')
    expect(outcome).toMatchObject({ status: 'failed', willRetry: false })
    const { message } = (outcome as { failure: { message: string } }).failure
    expect(message).toMatch(
      /^the payload is not what the handler takes: payload\.files\[1\]\.name: .*; payload\.files\[1\]\.size: /,
    )
  })

  it('checks the payload of a job that has none', async () => {
    const fixture = start({ work: defineHandler({ input, run: () => {} }) })
    await fixture.enqueue({ jobId: 'a' })
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({
      failure: { message: expect.stringContaining('payload: ') },
    })
  })
})
