import { describe, expect, it } from 'vitest'
import { Fixture } from './worker-fixture.ts'

function start(options: ConstructorParameters<typeof Fixture>[0] = {}): Fixture {
  const fixture = new Fixture({ shell: true, ...options } as ConstructorParameters<typeof Fixture>[0])
  fixture.worker.start()
  return fixture
}

const retryPolicy = { maxRetries: 3, backoff: { kind: 'none' } } as const

describe('a shell job', () => {
  it('hands its outputs on', async () => {
    const fixture = start()
    await fixture.enqueue({ jobId: 'a', command: 'echo hello; echo sha=abc >> "$SLUICE_OUTPUT"' })
    expect(await fixture.recorder.outcomeOf('a')).toEqual({ status: 'completed', outputs: { sha: 'abc' } })
    expect(await fixture.log('a')).toBe('hello\n')
  })

  it('is tried again after an exit code other than 0', async () => {
    const fixture = start()
    await fixture.enqueue({ jobId: 'a', command: '[ "$SLUICE_ATTEMPT" = 2 ] || exit 3', retryPolicy })
    const failed = { status: 'failed', failure: { message: 'exit code 3', exitCode: 3 }, willRetry: true }
    expect(await fixture.recorder.outcomesOf('a', 3)).toMatchObject([failed, failed, { status: 'completed' }])
  })

  it('fails for good where its outputs cannot be understood or stored', async () => {
    const fixture = start()
    await fixture.enqueue({ jobId: 'a', command: 'echo nonsense >> "$SLUICE_OUTPUT"', retryPolicy })
    await fixture.enqueue({
      jobId: 'b',
      command: 'for i in $(seq 300); do echo "key$i=x"; done >> "$SLUICE_OUTPUT"',
      retryPolicy,
    })
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({
      willRetry: false,
      failure: { message: '$SLUICE_OUTPUT, line 1: expected key=value or key<<END, not "nonsense"' },
    })
    expect(await fixture.recorder.outcomeOf('b')).toMatchObject({
      willRetry: false,
      failure: { message: "the job's outputs cannot be stored: outputs must have at most 256 keys, not 300" },
    })
  })

  it('is killed when it takes too long, and tells both the timeout and the signal', async () => {
    const fixture = start()
    await fixture.enqueue({ jobId: 'a', command: 'echo begun; sleep 100', timeoutMs: 50 })
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({
      status: 'failed',
      failure: { message: 'timed out after 50 ms', signal: 'SIGTERM' },
    })
    expect(await fixture.log('a')).toContain('timed out after 50 ms\n')
  })

  it('is killed when it is cancelled', async () => {
    const fixture = start()
    await fixture.enqueue({ jobId: 'a', command: 'echo begun; sleep 100' })
    await fixture.recorder.until(() => fixture.recorder.printed.some(({ text }) => text.includes('begun')))
    await fixture.queue.cancelWorkflow('run')
    expect(await fixture.recorder.outcomeOf('a')).toEqual({ status: 'cancelled' })
  })

  it('is killed and handed back when the worker stops', async () => {
    const fixture = start()
    await fixture.enqueue({ jobId: 'a', command: 'echo begun; sleep 100', retryPolicy })
    await fixture.recorder.until(() => fixture.recorder.printed.some(({ text }) => text.includes('begun')))
    expect(await fixture.worker.stop({ deadlineMs: 0 })).toEqual({
      released: [{ workflowId: 'run', jobId: 'a' }],
      abandoned: [],
    })
    expect(await fixture.job('a')).toMatchObject({ state: 'waiting', attempt: 0 })
  })

  it('has its log stored complete and in order: 10,000 lines', async () => {
    const fixture = start()
    await fixture.enqueue({ jobId: 'a', command: 'for i in $(seq 10000); do echo "line $i"; done' })
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({ status: 'completed' })
    expect(await fixture.log('a')).toBe(Array.from({ length: 10_000 }, (_, index) => `line ${index + 1}\n`).join(''))
  })

  it('waits for a log store that is down, and loses nothing', async () => {
    const fixture = start()
    fixture.store.fail('append', 3)
    await fixture.enqueue({ jobId: 'a', command: 'head -c 1000000 /dev/zero | tr "\\0" x' })
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({ status: 'completed' })
    expect(await fixture.log('a')).toBe('x'.repeat(1_000_000))
  })

  it('that prints faster than the store takes waits, in bounded memory', async () => {
    const fixture = start()
    const appending = fixture.store.hold('append')
    await fixture.enqueue({ jobId: 'a', command: 'head -c 3000000 /dev/zero | tr "\\0" x' })
    await appending.untilHeld()
    // Long enough for the script to print it all, if nothing held it back.
    await new Promise((resolve) => setTimeout(resolve, 100))
    const held = fixture.recorder.printed.reduce((sum, { text }) => sum + text.length, 0)
    expect(held).toBeLessThan(1_000_000)
    appending.letGo()
    expect(await fixture.recorder.outcomeOf('a')).toMatchObject({ status: 'completed' })
    expect(await fixture.log('a')).toHaveLength(3_000_000)
  })
})
