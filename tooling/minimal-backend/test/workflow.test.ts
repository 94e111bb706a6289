import { DependencyEnqueuer, defineWorkflow } from '@sluice/dag'
import { createWorker } from '@sluice/worker'
import { expect, onTestFinished, test } from 'vitest'
import { openSqliteBackend } from '../src/open-sqlite-backend.ts'

test('the scheduler and a worker run a workflow on it', async () => {
  const backend = await openSqliteBackend({ path: ':memory:' })
  onTestFinished(() => backend.close())
  const enqueuer = new DependencyEnqueuer({ backend })
  onTestFinished(() => enqueuer.close())
  await enqueuer.start()
  const worker = createWorker({
    backend,
    handlers: {
      ask: ({ log }) => {
        log('asking')
        return { name: 'Ada' }
      },
      greet: ({ upstreamOutputs }) => ({ text: `Hello ${upstreamOutputs.ask?.name}` }),
    },
  })
  onTestFinished(async () => void (await worker.stop()))
  worker.start()

  const workflow = defineWorkflow({ name: 'Greeting' })
    .job('ask', { run: 'ask' })
    .job('greet', { needs: ['ask'], run: 'greet' })
    .build()
  const { runId } = await enqueuer.startRun(workflow)
  expect(await enqueuer.waitForRun(runId)).toMatchObject({ status: 'succeeded' })
  const { jobs } = await backend.workflows.listRunJobs(runId)
  expect(jobs.map(({ jobId, state, outputs }) => [jobId, state, outputs])).toEqual([
    ['ask', 'succeeded', { name: 'Ada' }],
    ['greet', 'succeeded', { text: 'Hello Ada' }],
  ])
})
