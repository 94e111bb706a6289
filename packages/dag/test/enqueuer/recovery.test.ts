import { BackendUnavailableError, EventBuffer } from '@sluice/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DependencyEnqueuer } from '../../src/enqueuer/dependency-enqueuer.ts'
import { type NaiveJob, naiveRun } from '../run/naive-run.ts'
import { randomRun } from '../run/random-run.ts'
import { workflowFrom } from '../run/workflows.ts'
import { alwaysScheduling, forgetfulBackend, interceptedBackend, MortalProcess } from './intercepted-backend.ts'
import { CONDITIONS, checkClaims, ENDED, NEEDS, WORK, WORKFLOW } from './mixed-run.ts'
import { TestBed } from './test-bed.ts'

/** What a client does with an enqueuer, and may do again with another one when it got no answer. */
interface Scenario {
  readonly act: (enqueuer: DependencyEnqueuer, bed: TestBed) => Promise<void>
  readonly check: (bed: TestBed) => Promise<void>
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a run': {
    act: async (enqueuer) => {
      await enqueuer.startRun(WORKFLOW, { runId: 'r' })
      await enqueuer.waitForRun('r')
    },
    check: async (bed) => expect(await bed.states('r')).toEqual(ENDED),
  },
  'a run that fails fast': {
    act: async (enqueuer) => {
      await enqueuer.startRun(workflowFrom(NEEDS, CONDITIONS, { failFast: true }), { runId: 'r' })
      await enqueuer.waitForRun('r')
    },
    check: async (bed) => {
      expect(await bed.states('r')).toMatchObject({
        a: 'succeeded',
        bad: 'failed',
        lost: 'skipped',
        clean: 'succeeded',
      })
      expect((await bed.jobs('r')).lost?.reason).toEqual({ kind: 'failFast', because: 'bad' })
    },
  },
  'a run that is cancelled': {
    act: async (enqueuer, bed) => {
      await enqueuer.startRun(WORKFLOW, { runId: 'r' })
      await bed.until(() => bed.claims.length > 0)
      await enqueuer.cancelRun('r')
    },
    check: async (bed) => expect((await bed.backend.workflows.getRun('r'))?.status).toMatch(/cancelled|failed/),
  },
  'a run of which a job is cancelled': {
    act: async (enqueuer) => {
      await enqueuer.startRun(WORKFLOW, { runId: 'r' })
      await enqueuer.cancelJob('r', 'd')
      await enqueuer.waitForRun('r')
    },
    check: async (bed) => expect(['cancelled', 'succeeded']).toContain((await bed.states('r')).d),
  },
  'a run that is retried': {
    act: async (enqueuer) => {
      await enqueuer.startRun(WORKFLOW, { runId: 'r' })
      const { attempt } = await enqueuer.waitForRun('r')
      if (attempt === 1) await enqueuer.retryRun('r', { from: 'b' })
      await enqueuer.waitForRun('r')
    },
    check: async (bed) => {
      expect(await bed.states('r')).toEqual(ENDED)
      expect(await bed.backend.workflows.getRun('r')).toMatchObject({ attempt: 2, status: 'failed' })
    },
  },
}

async function checkEnd(bed: TestBed): Promise<void> {
  const run = await bed.backend.workflows.getRun('r')
  expect(run?.status).not.toBe('running')
  expect(run?.counts).toMatchObject({ blocked: 0, queued: 0, running: 0 })
  await checkClaims(bed)
}

describe.each(Object.entries(SCENARIOS))('%s', (_, { act, check }) => {
  async function callsOfOneProcess(): Promise<number> {
    const bed = new TestBed()
    const process = new MortalProcess(bed.backend, Number.POSITIVE_INFINITY, false)
    bed.workers(WORK)
    await act(await bed.enqueuer({ backend: process.backend }), bed)
    await bed.settle()
    await checkEnd(bed)
    await check(bed)
    expect(bed.errors).toEqual([])
    return process.calls
  }

  it.each([
    ['before', false],
    ['after', true],
  ])('ends right though its scheduler dies %s any of its calls', { timeout: 60_000 }, async (_when, takesEffect) => {
    const calls = await callsOfOneProcess()
    for (let dieAt = 1; dieAt <= calls; dieAt++) {
      const bed = new TestBed()
      bed.workers(WORK)
      const mortal = new MortalProcess(bed.backend, dieAt, takesEffect)
      const first = new DependencyEnqueuer({ backend: mortal.backend, clock: bed.clock })
      const acting = first.start().then(() => act(first, bed))
      await Promise.race([acting, mortal.died])
      await bed.settle()
      const second = await bed.enqueuer()
      await bed.advance(20_000, 4)
      expect(second.isScheduling).toBe(true)
      await bed.whileTimePasses(act(second, bed))
      await checkEnd(bed)
      await check(bed)
    }
  })

  it.each([
    ['refused', false],
    ['answered by nobody', true],
  ])('ends right though any call is %s', { timeout: 60_000 }, async (_how, takesEffect) => {
    const calls = await callsOfOneProcess()
    for (let failAt = 1; failAt <= calls; failAt++) {
      const bed = new TestBed()
      bed.workers(WORK)
      let count = 0
      const backend = interceptedBackend(bed.backend, async (_method, call) => {
        if (++count !== failAt) return call()
        if (takesEffect) await call()
        throw new BackendUnavailableError('the test store')
      })
      const enqueuer = new DependencyEnqueuer({ backend, clock: bed.clock, onError: () => {} })
      const acting = untilAnswered(async () => {
        await enqueuer.start()
        await act(enqueuer, bed)
      })
      await bed.whileTimePasses(acting)
      await enqueuer.close()
      await checkEnd(bed)
      await check(bed)
    }
  })
})

/** Calls again for as long as the store is unavailable, as clients do. */
async function untilAnswered(call: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!BackendUnavailableError.is(error, 'BACKEND_UNAVAILABLE')) throw error
    }
  }
}

describe('a scheduler that died between its commit and what was to follow in the queue', () => {
  const workflow = workflowFrom({ a: '', b: '', c: '', clean: 'b c' }, { clean: 'always' }, { failFast: true })

  it('leaves the jobs of a run that fails fast to be cancelled by the next', async () => {
    const bed = new TestBed()
    const mortal = new MortalProcess(bed.backend, 'queue.cancel', false)
    const first = await bed.enqueuer({ backend: mortal.backend })
    await first.startRun(workflow, { runId: 'r' })
    const { lease } = await bed.claim('a')
    await bed.claim('b')
    await bed.backend.queue.fail(lease.leaseId, { message: 'no' }, { retryable: false })
    await mortal.died
    expect(await bed.states('r')).toEqual({ a: 'failed', b: 'running', c: 'queued', clean: 'blocked' })
    await bed.enqueuer()
    await bed.advance(20_000, 4)
    expect(await bed.states('r')).toEqual({ a: 'failed', b: 'cancelled', c: 'cancelled', clean: 'queued' })
  })

  it('leaves a job that is to be stopped and never reached the queue to be kept from it', async () => {
    const bed = new TestBed()
    const starter = new MortalProcess(bed.backend, 'queue.enqueueMany', false)
    const client = await bed.enqueuer({ backend: starter.backend, schedule: false })
    const mortal = new MortalProcess(bed.backend, 'queue.cancel', false)
    await bed.enqueuer({ backend: mortal.backend })
    void client.startRun(workflow, { runId: 'r' })
    await starter.died
    await bed.backend.queue.enqueue({ workflowId: 'r', jobId: 'a', command: 'x' })
    await bed.fail('a')
    await mortal.died
    expect(await bed.backend.queue.getJob('r', 'b')).toBeNull()
    await bed.enqueuer()
    await bed.advance(20_000, 4)
    expect(await bed.states('r')).toEqual({ a: 'failed', b: 'cancelled', c: 'cancelled', clean: 'queued' })
    expect((await bed.backend.queue.getJob('r', 'b'))?.state).toBe('cancelled')
  })
})

describe('lost events', () => {
  let count = 0
  it.each([
    ['all', () => false],
    ['those of ends', ({ kind }: { readonly kind: string }) => kind === 'started'],
    ['two in three', () => count++ % 3 === 0],
  ])('do not stop a run: %s', async (_, keep) => {
    const bed = new TestBed()
    const enqueuer = await bed.enqueuer({ backend: forgetfulBackend(bed.backend, keep), reconcileIntervalMs: 1000 })
    bed.workers(WORK)
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    await bed.whileTimePasses(enqueuer.waitForRun('r'))
    expect(await bed.states('r')).toEqual(ENDED)
    await checkClaims(bed)
    expect(bed.errors).toEqual([])
  })

  it('are made up for at once when the queue says that there may be some', async () => {
    const bed = new TestBed()
    const events = new EventBuffer()
    const backend = interceptedBackend(bed.backend, async (method, call) =>
      method === 'queue.subscribe' ? events : call(),
    )
    const enqueuer = await bed.enqueuer({ backend })
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    await bed.complete('a', { of: 'a' })
    await bed.settle()
    expect((await bed.states('r')).a).toBe('queued')
    events.push({ kind: 'gap' })
    await bed.settle()
    expect(await bed.states('r')).toMatchObject({ a: 'succeeded', b: 'queued' })
  })

  it('are made up for when the subscription ends and is opened again', async () => {
    const bed = new TestBed()
    const subscriptions: { close(): void }[] = []
    const backend = interceptedBackend(bed.backend, async (method, call) => {
      const result = await call()
      if (method === 'queue.subscribe') subscriptions.push(result as { close(): void })
      return result
    })
    const enqueuer = await bed.enqueuer({ backend })
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    subscriptions[0]?.close()
    await bed.complete('a', { of: 'a' })
    await bed.advance(1000)
    expect(subscriptions).toHaveLength(2)
    bed.workers(WORK)
    expect((await enqueuer.waitForRun('r')).status).toBe('failed')
  })
})

describe('a store that comes and goes', () => {
  it('delays a run, and costs it nothing else', async () => {
    const bed = new TestBed()
    const outage = { isOn: false }
    const backend = interceptedBackend(bed.backend, async (_, call) => {
      if (outage.isOn) throw new BackendUnavailableError('the test store')
      return call()
    })
    const enqueuer = await bed.enqueuer({ backend })
    await enqueuer.startRun(WORKFLOW, { runId: 'r' })
    const waiting = enqueuer.waitForRun('r')
    await bed.settle()
    outage.isOn = true
    await bed.complete('a', { of: 'a' })
    await bed.advance(60_000, 60)
    expect(enqueuer.isScheduling).toBe(false)
    expect(bed.errors.length).toBeGreaterThan(3)
    await expect(enqueuer.cancelRun('r')).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' })
    outage.isOn = false
    bed.workers(WORK)
    expect((await bed.whileTimePasses(waiting)).status).toBe('failed')
    expect(await bed.states('r')).toEqual(ENDED)
    await checkClaims(bed)
  })

  it('does not make a client start a run twice', async () => {
    const bed = new TestBed()
    let isDown = true
    const backend = interceptedBackend(bed.backend, async (method, call) => {
      if (isDown && method === 'queue.enqueueMany') throw new BackendUnavailableError('the test store')
      return call()
    })
    const enqueuer = await bed.enqueuer({ backend })
    expect(await enqueuer.startRun(WORKFLOW, { runId: 'r' })).toMatchObject({
      status: 'running',
      counts: { queued: 1 },
    })
    isDown = false
    bed.workers(WORK)
    expect((await bed.whileTimePasses(enqueuer.waitForRun('r'))).status).toBe('failed')
  })

  it('ends any workflow right, whatever is lost and refused on the way', { timeout: 60_000 }, async () => {
    const draws = fc.noBias(fc.infiniteStream(fc.nat({ max: 99 })))
    await fc.assert(
      fc.asyncProperty(randomRun(10, fc.constant(false)), fc.boolean(), draws, async (random, isOneOfTwo, stream) => {
        const { workflow, verdicts } = random
        const bed = new TestBed()
        let misfortunes = 0
        const isUnlucky = (percent: number) => {
          const isOne = misfortunes < 200 && (stream.next().value as number) < percent
          if (isOne) misfortunes++
          return isOne
        }
        const backend = interceptedBackend(
          forgetfulBackend(bed.backend, () => !isUnlucky(30)),
          async (_, call) => {
            if (isUnlucky(5)) throw new BackendUnavailableError('the test store')
            const result = await call()
            if (isUnlucky(5)) throw new BackendUnavailableError('the test store')
            return result
          },
        )
        bed.workers(async ({ job }) => {
          const end = verdicts.get(job.jobId)?.end
          if (end === 'cancelled') await bed.backend.queue.cancel(job.workflowId, job.jobId)
          return end === 'failed' ? { failure: { message: 'no' } } : undefined
        })
        const options = { clock: bed.clock, onError: () => {}, reconcileIntervalMs: 5000 }
        const other = new DependencyEnqueuer({ backend: alwaysScheduling(backend, bed), ...options })
        if (isOneOfTwo) void untilAnswered(() => other.start())
        const enqueuer = new DependencyEnqueuer({ backend: alwaysScheduling(backend, bed), ...options })
        const acting = untilAnswered(async () => {
          await enqueuer.start()
          await enqueuer.startRun(workflow, { runId: 'r' })
          await enqueuer.waitForRun('r')
        })
        await bed.whileTimePasses(acting)
        await Promise.all([enqueuer.close(), other.close()])
        const expected = naiveRun(workflow, verdicts)
        for (const { jobId, state, reason } of Object.values(await bed.jobs('r'))) {
          const { state: wanted, reason: because } = expected.get(jobId) as NaiveJob
          expect({ jobId, state, reason }).toEqual({ jobId, state: wanted, reason: because })
        }
        const names = bed.claims.map(({ job }) => job.jobId)
        expect(new Set(names).size).toBe(names.length)
      }),
      { numRuns: 100 },
    )
  })
})
