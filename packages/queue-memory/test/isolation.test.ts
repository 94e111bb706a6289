import { expect, it } from 'vitest'
import { InMemoryJobQueue } from '../src/index.ts'

/** Overwrites whatever can be overwritten, at any depth. */
function vandalize(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const child of Object.values(value)) vandalize(child)
  for (const key of Object.keys(value)) Reflect.set(value, key, 'vandalized')
  Reflect.set(value, 'added', 'vandalized')
}

function createJob() {
  return {
    workflowId: 'run',
    jobId: 'build',
    command: 'make',
    payload: { list: [{ deep: true }], ['__proto__']: { own: 1 } },
    requiredLabels: ['gpu'],
    upstreamOutputs: { fetch: { url: 'here' } },
    retryPolicy: { maxRetries: 1, backoff: { kind: 'fixed' as const, delayMs: 0 } },
  }
}

it('keeps the store from all that callers do to what they gave and got', async () => {
  const queue = new InMemoryJobQueue()
  const given = createJob()
  const worker = { workerId: 'w1', labels: ['gpu'], leaseTtlMs: 60_000 }
  await queue.enqueue(given)
  vandalize(given)

  const first = await queue.claim(worker)
  const failure = { message: 'broken' }
  await queue.fail(first?.lease.leaseId ?? '', failure, { retryable: true })
  vandalize(failure)
  vandalize(first)

  const second = await queue.claim(worker)
  expect(second?.job).toEqual({ ...createJob(), priority: 0, delayMs: 0 })
  const outputs = { url: 'there' }
  await queue.complete(second?.lease.leaseId ?? '', outputs)
  vandalize(outputs)

  const before = structuredClone(await queue.getJob('run', 'build'))
  vandalize(await queue.getJob('run', 'build'))
  vandalize(await queue.listJobs('run'))
  vandalize(await queue.stats())
  expect(await queue.getJob('run', 'build')).toEqual(before)
  expect(before).toMatchObject({ state: 'completed', outputs: { url: 'there' }, job: { requiredLabels: ['gpu'] } })
  expect((await queue.stats()).byState.completed).toBe(1)
})

it('keeps the default of a job that names no retries from one who changes it', async () => {
  const queue = new InMemoryJobQueue()
  await queue.enqueueMany([
    { workflowId: 'run', jobId: 'a', command: 'make' },
    { workflowId: 'run', jobId: 'b', command: 'make' },
  ])
  vandalize(await queue.getJob('run', 'a'))
  expect((await queue.getJob('run', 'b'))?.job.retryPolicy).toEqual({ maxRetries: 0, backoff: { kind: 'none' } })
})

it('gives each subscriber its own event', async () => {
  const queue = new InMemoryJobQueue()
  const one = await queue.subscribe()
  const two = await queue.subscribe()
  await queue.enqueue({ workflowId: 'run', jobId: 'a', command: 'x' })
  const event = (await one.next()).value
  Reflect.set(event as object, 'jobId', 'vandalized')
  expect((await two.next()).value).toMatchObject({ jobId: 'a' })
})
