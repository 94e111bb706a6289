import { createMemoryBackend } from '@sluice/queue-memory'
import { expect, it } from 'vitest'
import { createWorker } from '../src/index.ts'
import { aborted, Fixture } from './worker-fixture.ts'

it('keeps the log of an attempt that was released and run again', async () => {
  const backend = createMemoryBackend()
  await backend.queue.enqueue({ workflowId: 'run', jobId: 'a', command: 'work' })
  const started = Promise.withResolvers<void>()
  const first = createWorker({
    backend,
    workerId: 'w1',
    handlers: {
      work: ({ log, signal }) => {
        log('first worker')
        started.resolve()
        return aborted(signal)
      },
    },
  })
  first.start()
  await started.promise
  await first.stop({ deadlineMs: 0 })
  const done = Promise.withResolvers<void>()
  const second = createWorker({
    backend,
    workerId: 'w2',
    hooks: { onJobEnd: () => done.resolve() },
    handlers: {
      work: ({ log }) => {
        log('second worker')
        log('result 42')
      },
    },
  })
  second.start()
  await done.promise
  await second.stop()
  const { chunks } = await backend.logs.read({ workflowId: 'run', jobId: 'a' })
  const text = chunks.map((c) => c.text).join('')
  expect(text).toContain('first worker')
  expect(text).toContain('second worker')
  expect(text).toContain('result 42')
  await backend.close()
})

it('settles a job whose error has a message that is no string', async () => {
  const fixture = new Fixture({
    handlers: {
      work: () => {
        throw Object.assign(new Error(), { message: { code: 7 } })
      },
    },
  })
  fixture.worker.start()
  await fixture.enqueue({ jobId: 'a' })
  const outcome = await fixture.recorder.outcomeOf('a')
  expect(outcome).toMatchObject({ status: 'failed' })
})
it('settles a job that throws what no text can be made of', async () => {
  const fixture = new Fixture({
    handlers: {
      work: () => {
        throw Object.assign(Object.create(null), { n: 1n })
      },
    },
  })
  fixture.worker.start()
  await fixture.enqueue({ jobId: 'a' })
  const outcome = await fixture.recorder.outcomeOf('a')
  expect(outcome).toMatchObject({ status: 'failed' })
})
it('waits for the longest grace that can be given', async () => {
  const fixture = new Fixture({ shell: true, graceMs: 2 ** 31 - 1 })
  fixture.worker.start()
  await fixture.enqueue({
    jobId: 'a',
    command: 'trap "sleep 0.3; exit 0" TERM; sleep 0.2; sleep 0.2; sleep 5',
    timeoutMs: 300,
  })
  const outcome = await fixture.recorder.outcomeOf('a')
  expect(outcome).toMatchObject({ status: 'failed' })
  expect(fixture.recorder.errors).toEqual([])
})
it('keeps one line that is longer than all that is held otherwise', async () => {
  const fixture = new Fixture({
    handlers: {
      work: ({ log }) => {
        log('x'.repeat(4 * 1024 * 1024 + 10))
      },
    },
  })
  fixture.worker.start()
  await fixture.enqueue({ jobId: 'a' })
  await fixture.recorder.outcomeOf('a')
  expect((await fixture.log('a')).slice(0, 100)).not.toContain('were lost')
})
