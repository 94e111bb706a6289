import { expect, it } from 'vitest'
import { InMemoryJobQueue } from '../src/index.ts'

it('pages over an id with a line separator', async () => {
  const queue = new InMemoryJobQueue()
  for (const jobId of ['a\u2028b', 'c', 'd']) await queue.enqueue({ workflowId: 'run', jobId, command: 'x' })
  const first = await queue.listJobs('run', { limit: 1 })
  const second = await queue.listJobs('run', { limit: 1, cursor: first.nextCursor as string })
  expect(second.jobs.map((j) => j.jobId)).toEqual(['c'])
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
