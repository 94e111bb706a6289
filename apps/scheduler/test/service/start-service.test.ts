import assert from 'node:assert/strict'
import { type Backend, EventBuffer } from '@sluice/core'
import { createMemoryBackend } from '@sluice/queue-memory'
import { describe, it } from 'vitest'
import { ApiClient } from '../../src/client/api-client.ts'
import { ServiceClient } from '../../src/client/service-client.ts'
import { InputError } from '../../src/input-error.ts'
import { watchFinalStates } from '../faults/final-states.ts'
import { InProcessService } from './in-process-service.ts'

const WORKFLOW = 'jobs: { a: { run: "true" }, b: { needs: a, run: "true" } }'

/** A backend whose queue tells nobody what happens. */
function silent(backend: Backend): Backend {
  const queue = new Proxy(backend.queue, {
    get(target, name) {
      if (name === 'subscribe') return async () => new EventBuffer()
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { ...backend, queue }
}

describe('startService', () => {
  it('ends runs although no event is ever heard', async () => {
    const backend = silent(createMemoryBackend())
    const service = await InProcessService.start(1, { backend, scheduling: { reconcileIntervalMs: 20 } })
    await service.run('submit', await service.workflow(WORKFLOW), '--run-id', 'unheard')
    const { status } = await watchFinalStates(new ServiceClient(new ApiClient({ server: service.url })), 'unheard')
    assert.equal(status, 'succeeded')
  })

  it('measures what it does', async () => {
    const service = await InProcessService.start(1)
    await service.run('submit', await service.workflow(WORKFLOW), '--follow')
    const metrics = await (await fetch(`${service.url}/metrics`)).text()
    assert.match(metrics, /^sluice_jobs_claimed_total 2$/m)
    assert.match(metrics, /^sluice_runs_ended_total\{status="succeeded"\} 1$/m)
    assert.match(metrics, /^sluice_job_events_total\{kind="completed"\} 2$/m)
  })

  it('leaves nothing behind where it cannot listen', async () => {
    const { url } = await InProcessService.start()
    const port = Number(new URL(url).port)
    const backend = createMemoryBackend()
    const api = { host: '127.0.0.1', port, tokens: { find: async () => null, isEmpty: async () => true } }
    await assert.rejects(InProcessService.start(1, { backend, api }), InputError)
    assert.deepEqual(await backend.workers.list(), [])
    assert.notEqual(await backend.workflows.claimScheduling('somebody else', 1000), null)
    await backend.close()
  })
})
