import assert from 'node:assert/strict'
import type { ClaimOptions } from '../claim-options.ts'
import { QueueError, type ValidationError } from '../errors.ts'
import type { QueuedJob } from '../job.ts'
import { LIMITS } from '../limits.ts'
import { job, take, WORKER } from './sample-jobs.ts'
import type { QueueSuite } from './suite.ts'

const LONG_ID = 'x'.repeat(LIMITS.idLength + 1)
const MANY_LABELS = Array.from({ length: LIMITS.labels + 1 }, (_, index) => `label-${index}`)
const MANY_OUTPUTS = Object.fromEntries(Array.from({ length: LIMITS.outputKeys + 1 }, (_, index) => [`${index}`, '']))

const BAD_JOBS: [field: string, breach: { [Field in keyof QueuedJob]?: unknown }][] = [
  ['workflowId', { workflowId: '' }],
  ['jobId', { jobId: LONG_ID }],
  ['jobId', { jobId: 'new\nline' }],
  ['command', { command: '' }],
  ['command', { command: 'a\0b' }],
  ['payload.text', { payload: { text: 'a\0b' } }],
  ['payload.list[1]', { payload: { list: [1, Number.NaN] } }],
  ['payload', { payload: new Date(0) }],
  ['payload', { payload: '\ud800' }],
  ['job', { payload: 'x'.repeat(LIMITS.jobBytes) }],
  ['requiredLabels', { requiredLabels: MANY_LABELS }],
  ['requiredLabels[0]', { requiredLabels: ['two words'] }],
  ['requiredLabels[1]', { requiredLabels: ['fine', 'x'.repeat(LIMITS.labelLength + 1)] }],
  ['priority', { priority: LIMITS.priority + 1 }],
  ['priority', { priority: 0.5 }],
  ['delayMs', { delayMs: -1 }],
  ['timeoutMs', { timeoutMs: 0 }],
  ['retryPolicy.maxRetries', { retryPolicy: { maxRetries: LIMITS.retries + 1, backoff: { kind: 'none' } } }],
  ['retryPolicy.backoff.kind', { retryPolicy: { maxRetries: 1, backoff: { kind: 'linear' } } }],
  ['retryPolicy.backoff.delayMs', { retryPolicy: { maxRetries: 1, backoff: { kind: 'fixed', delayMs: -1 } } }],
  ['upstreamOutputs.a', { upstreamOutputs: { a: MANY_OUTPUTS } }],
  ['upstreamOutputs.a.b', { upstreamOutputs: { a: { b: 1 } } }],
]

const BAD_CLAIMS: [field: string, breach: Partial<ClaimOptions>][] = [
  ['workerId', { workerId: '' }],
  ['labels', { labels: MANY_LABELS }],
  ['labels[0]', { labels: ['a,b'] }],
  ['leaseTtlMs', { leaseTtlMs: 0 }],
  ['leaseTtlMs', { leaseTtlMs: LIMITS.leaseTtlMs + 1 }],
  ['waitMs', { waitMs: LIMITS.waitMs + 1 }],
]

const BAD_OUTPUTS: [field: string, outputs: Record<string, unknown>][] = [
  ['outputs', MANY_OUTPUTS],
  ['outputs', { big: 'x'.repeat(LIMITS.outputBytes) }],
  ['outputs.key', { key: 7 }],
  ['outputs.key', { key: 'a\0b' }],
]

export function limitsSection({ describe, it }: QueueSuite): void {
  describe('limits', () => {
    it('refuse a job that breaks one, by the name of the field [LIM-1]', async ({ queue }) => {
      for (const [field, breach] of BAD_JOBS) {
        const bad = { ...job('build'), ...breach } as QueuedJob
        await assert.rejects(queue.enqueue(bad), naming(field))
        const [outcome] = await queue.enqueueMany([bad])
        assert.ok(outcome?.status === 'rejected' && naming(field)(outcome.error))
      }
      assert.equal(await queue.claim(WORKER), null)
      assert.deepEqual((await queue.stats()).byLabelSet, [])
    })

    it('refuse a claim that breaks one, which takes nothing [LIM-1]', async ({ queue }) => {
      await queue.enqueue(job('build'))
      for (const [field, breach] of BAD_CLAIMS) {
        await assert.rejects(queue.claim({ ...WORKER, ...breach }), naming(field))
        await assert.rejects(queue.claimMany({ ...WORKER, limit: 5, ...breach }), naming(field))
      }
      for (const limit of [0, LIMITS.claimMany + 1]) {
        await assert.rejects(queue.claimMany({ ...WORKER, limit }), naming('limit'))
      }
      assert.equal((await queue.stats()).byState.waiting, 1)
    })

    it('refuse a call on a lease that breaks one, and leave the lease [LIM-1]', async ({ queue }) => {
      await queue.enqueue(job('build'))
      const { lease } = await take(queue)
      const before = await queue.getJob('run', 'build')
      for (const [field, outputs] of BAD_OUTPUTS) {
        await assert.rejects(queue.complete(lease.leaseId, outputs as never), naming(field))
      }
      for (const extendByMs of [0, 1.5, LIMITS.leaseTtlMs + 1]) {
        await assert.rejects(queue.renewLease(lease.leaseId, extendByMs), naming('extendByMs'))
      }
      await assert.rejects(
        queue.fail(lease.leaseId, { message: 7 } as never, { retryable: true }),
        naming('failure.message'),
      )
      assert.deepEqual(await queue.getJob('run', 'build'), before)
      await queue.complete(lease.leaseId, {})
    })

    it('refuse a subscription without room for an event [LIM-1]', async ({ queue }) => {
      await assert.rejects(queue.subscribe({ bufferLimit: 0 }), naming('bufferLimit'))
    })

    it('let through what is just within them [LIM-2]', async ({ queue }) => {
      const id = 'ü'.repeat(LIMITS.idLength)
      const labels = MANY_LABELS.slice(1).map((label) => label.padEnd(LIMITS.labelLength, '.'))
      const large = job(id, {
        workflowId: id,
        payload: 'x'.repeat(LIMITS.jobBytes - 8192),
        requiredLabels: labels,
        priority: LIMITS.priority,
        retryPolicy: { maxRetries: LIMITS.retries, backoff: { kind: 'none' } },
      })
      await queue.enqueue(large)
      const claimed = await take(queue, { workerId: id, labels, leaseTtlMs: LIMITS.leaseTtlMs })
      assert.equal(claimed.job.payload, large.payload)
      assert.deepEqual([claimed.job.workflowId, claimed.job.jobId, claimed.lease.workerId], [id, id, id])
      await queue.renewLease(claimed.lease.leaseId, 1000)
    })

    it('refuse a transaction that the queue cannot take part in [LIM-1]', async ({ queue }) => {
      const options = { transaction: 'none' as never }
      await assert.rejects(queue.enqueue(job('build'), options), naming('transaction'))
      await assert.rejects(queue.enqueueMany([job('build')], options), naming('transaction'))
      assert.equal(await queue.getJob('run', 'build'), null)
    })

    it('let through outputs that are just within them [LIM-2]', async ({ queue }) => {
      await queue.enqueue(job('build'))
      const keys = Array.from({ length: LIMITS.outputKeys - 1 }, (_, index) => [`${index}`, ''])
      const outputs = { ...Object.fromEntries(keys), big: 'ü'.repeat(LIMITS.outputBytes / 2 - 4096) }
      await queue.complete((await take(queue)).lease.leaseId, outputs)
      assert.deepEqual((await queue.getJob('run', 'build'))?.outputs, outputs)
    })

    it('let through odd but proper text [LIM-2]', async ({ queue }) => {
      const odd = ['__proto__', 'constructor', 'toString', "';--", '%s$1\\0', '{{a}}', '\u2028\ufeff', 'a:b', '0', '*']
      for (const id of odd) await queue.enqueue(job(id, { workflowId: id, upstreamOutputs: own(id, own(id, id)) }))
      for (const id of odd) {
        const { job: taken, lease } = await take(queue, { workerId: id })
        assert.deepEqual([taken.workflowId, taken.jobId, taken.upstreamOutputs], [id, id, own(id, own(id, id))])
        await queue.complete(lease.leaseId, own(id, id))
        assert.deepEqual((await queue.getJob(id, id))?.outputs, own(id, id))
        assert.equal((await queue.listJobs(id)).jobs.length, 1)
      }
    })
  })
}

function naming(field: string): (error: unknown) => true {
  return (error) => {
    assert.ok(QueueError.is(error, 'VALIDATION'), `not a ValidationError for ${field}: ${error}`)
    assert.equal((error as ValidationError).field, field)
    return true
  }
}

/** An object with a single key, whatever its name. */
function own<Value>(key: string, value: Value): Record<string, Value> {
  return Object.fromEntries([[key, value]])
}
