import assert from 'node:assert/strict'
import type { ClaimManyOptions, ClaimOptions } from '../claim-options.ts'
import { QueueError } from '../errors.ts'
import type { ClaimedJob, JobState, QueuedJob } from '../job.ts'
import type { JobQueue } from '../job-queue.ts'
import { canonicalLabelSet } from '../label-set.ts'
import { keyOf, type ModelQueue } from './model-queue.ts'
import type { TestStore } from './suite.ts'

/** The queue under test beside its model. */
export interface ModelRun {
  readonly model: ModelQueue
  readonly store: TestStore<{ readonly queue: JobQueue }>
  /** The handle through which this step calls. */
  readonly queue: JobQueue
  advance(ms: number): Promise<void>
}

type JobName = { readonly workflowId: string; readonly jobId: string }

/** Every method as a step that is done to the model and to the queue, and whose outcomes must be equal. */
export const STEPS = {
  async enqueue({ model, queue }: ModelRun, job: QueuedJob): Promise<void> {
    assert.deepEqual(await outcomeOf(() => queue.enqueue(job)), await outcomeOf(() => model.enqueue(job)))
  },

  async enqueueMany({ model, queue }: ModelRun, jobs: QueuedJob[]): Promise<void> {
    const outcomes = await queue.enqueueMany(jobs)
    for (const [index, job] of jobs.entries()) {
      const outcome = outcomes[index]
      const actual = outcome?.status === 'rejected' ? { code: outcome.error.code } : { value: outcome }
      assert.deepEqual(actual, await outcomeOf(() => model.enqueue(job)), `job ${index}`)
    }
    assert.equal(outcomes.length, jobs.length)
  },

  async claim(run: ModelRun, options: ClaimOptions): Promise<void> {
    const claimed = await run.queue.claim(options)
    checkClaims(run, options, claimed ? [claimed] : [], 1)
  },

  async claimMany(run: ModelRun, options: ClaimManyOptions): Promise<void> {
    checkClaims(run, options, await run.queue.claimMany(options), options.limit)
  },

  async renewLease(run: ModelRun, { lease, extendByMs }: { lease: number; extendByMs: number }): Promise<void> {
    await compareLeaseCall(run, lease, {
      actual: async (leaseId) => (await run.queue.renewLease(leaseId, extendByMs)).expiresAt,
      expected: (leaseId) => run.model.renewLease(leaseId, extendByMs),
      check: (actual, expected) => run.store.assertTime(actual, expected),
    })
  },

  async complete(run: ModelRun, { lease, output }: { lease: number; output: string }): Promise<void> {
    await compareLeaseCall(run, lease, {
      actual: (leaseId) => run.queue.complete(leaseId, { output }),
      expected: (leaseId) => run.model.complete(leaseId, { output }),
    })
  },

  async fail(
    run: ModelRun,
    { lease, message, retryable }: { lease: number; message: string; retryable: boolean },
  ): Promise<void> {
    await compareLeaseCall(run, lease, {
      actual: (leaseId) => run.queue.fail(leaseId, { message }, { retryable }),
      expected: (leaseId) => run.model.fail(leaseId, message, retryable),
      check(actual, expected) {
        assert.equal(actual.willRetry, expected.willRetry)
        if (expected.retryAt !== undefined) run.store.assertTime(actual.retryAt, expected.retryAt)
      },
    })
  },

  async release(run: ModelRun, { lease }: { lease: number }): Promise<void> {
    await compareLeaseCall(run, lease, {
      actual: (leaseId) => run.queue.release(leaseId),
      expected: (leaseId) => run.model.release(leaseId),
    })
  },

  async cancel({ model, queue }: ModelRun, { workflowId, jobId }: JobName): Promise<void> {
    const actual = await outcomeOf(() => queue.cancel(workflowId, jobId))
    assert.deepEqual(actual, await outcomeOf(() => model.cancel(workflowId, jobId)))
  },

  async cancelWorkflow({ model, queue }: ModelRun, { workflowId }: JobName): Promise<void> {
    assert.deepEqual(await queue.cancelWorkflow(workflowId), model.cancelWorkflow(workflowId))
  },

  async isCancelled({ model, queue }: ModelRun, { workflowId, jobId }: JobName): Promise<void> {
    assert.equal(await queue.isCancelled(workflowId, jobId), model.isCancelled(workflowId, jobId))
  },

  async reapExpiredLeases({ model, queue }: ModelRun): Promise<void> {
    const reaped = (await queue.reapExpiredLeases()).map(({ workflowId, jobId, attempt, willRetry }) => {
      return { workflowId, jobId, attempt, willRetry }
    })
    assert.deepEqual(sorted(reaped), sorted(model.reapExpiredLeases()))
  },

  async getJob({ model, queue, store }: ModelRun, { workflowId, jobId }: JobName): Promise<void> {
    const record = await queue.getJob(workflowId, jobId)
    const expected = model.find(workflowId, jobId)
    if (!record || !expected) return assert.equal(record, expected ?? null)
    const { job, attempt, ending, outputs, failureMessage, lease } = expected
    const state = model.stateOf(expected)
    assert.deepEqual([record.state, record.attempt, record.priority], [state, attempt, job.priority])
    assert.deepEqual(record.requiredLabels, job.requiredLabels)
    assert.deepEqual([record.outputs, record.job.payload], [outputs, job.payload])
    store.assertTime(record.enqueuedAt, expected.enqueuedAt)
    store.assertTime(record.availableAt, expected.availableAt)
    if (ending) store.assertTime(record.finishedAt, expected.finishedAt ?? 0)
    if (state === 'active') store.assertTime(record.leaseExpiresAt, lease?.expiresAt ?? 0)
    if (state === 'failed') assert.ok(record.failure, 'a failed job has no failure')
    if (failureMessage !== undefined && ['waiting', 'delayed', 'failed'].includes(state)) {
      assert.equal(record.failure?.message, failureMessage)
    }
  },

  async listJobs(
    { model, queue }: ModelRun,
    { workflowId, states, limit }: { workflowId: string; states: JobState[]; limit: number },
  ) {
    const listed: string[] = []
    let cursor: string | undefined
    let pages = 0
    do {
      assert.ok(pages++ < 100, 'the pages do not end')
      const page = await queue.listJobs(workflowId, { states, limit, ...(cursor === undefined ? {} : { cursor }) })
      assert.ok(page.jobs.length <= limit, 'a page is longer than its limit')
      listed.push(...page.jobs.map(({ jobId, state }) => `${jobId} ${state}`))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    const expected = model.jobsOf(workflowId).map((each) => ({ jobId: each.job.jobId, state: model.stateOf(each) }))
    const wanted = expected.filter(({ state }) => states.includes(state)).map(({ jobId, state }) => `${jobId} ${state}`)
    assert.deepEqual(listed.sort(), wanted.sort())
  },

  async position({ model, queue }: ModelRun, { workflowId, jobId }: JobName): Promise<void> {
    const position = await queue.position(workflowId, jobId)
    const expected = model.position(workflowId, jobId)
    if (position === null || expected === null) return assert.equal(position, expected)
    assert.ok(
      position >= expected.min && position <= expected.max,
      `${position} is not ${expected.min} to ${expected.max}`,
    )
  },

  async stats({ model, queue }: ModelRun): Promise<void> {
    const [actual, expected] = [await queue.stats(), model.stats()]
    assert.deepEqual(actual.byState, expected.byState)
    assert.deepEqual(sorted(actual.byLabelSet), sorted(expected.byLabelSet))
  },

  async purge({ model, queue, store, advance }: ModelRun, { olderThanMs }: { olderThanMs: number }): Promise<void> {
    // On a real clock, no job's age may come near to the one that is given.
    if (store.clock === 'real') await advance(olderThanMs < 1000 ? olderThanMs : 0)
    assert.equal(await queue.purge(olderThanMs), model.purge(olderThanMs))
  },

  async advance({ advance }: ModelRun, { ms }: { ms: number }): Promise<void> {
    await advance(ms)
  },
}

/** Compares all that the queue and its model say in the end. */
export async function compareAll(
  run: ModelRun,
  workflowIds: readonly string[],
  jobIds: readonly string[],
): Promise<void> {
  for (const workflowId of workflowIds) {
    for (const jobId of jobIds) {
      await STEPS.getJob(run, { workflowId, jobId })
      await STEPS.position(run, { workflowId, jobId })
    }
  }
  await STEPS.stats(run)
}

/** Lets the model follow the queue, where it gave what the rules allow. */
function checkClaims(run: ModelRun, options: ClaimOptions, claimed: readonly ClaimedJob[], limit: number): void {
  const { model, store } = run
  const labels = canonicalLabelSet(options.labels)
  assert.ok(claimed.length <= limit, 'more jobs than the limit were given')
  for (const { job, lease } of claimed) {
    const allowed = model.claimable(labels)
    const given = allowed.find((each) => keyOf(each.job) === keyOf(job))
    assert.ok(given, `${keyOf(job)} was given, where the rules allow [${allowed.map((each) => keyOf(each.job))}]`)
    assert.deepEqual(
      [keyOf(lease), lease.attempt, lease.workerId, lease.ttlMs, job.payload],
      [keyOf(job), given.attempt, options.workerId, options.leaseTtlMs, given.job.payload],
    )
    store.assertTime(lease.expiresAt, model.grant(lease).expiresAt)
  }
  if (claimed.length < limit)
    assert.deepEqual(
      model.claimable(labels).map(({ job }) => keyOf(job)),
      [],
      'was not given',
    )
}

interface LeaseCall<Value> {
  actual(leaseId: string): Promise<Value>
  expected(leaseId: string): Value
  check?(actual: Value, expected: Value): void
}

/** Makes a call on a lease, which is counted back from the latest that any claim gave. */
async function compareLeaseCall<Value>({ model }: ModelRun, index: number, call: LeaseCall<Value>): Promise<void> {
  const lease = model.leases.at(-1 - (index % (model.leases.length || 1)))
  const leaseId = lease?.leaseId ?? 'no-such-lease'
  const isForgotten = lease !== undefined && model.isForgotten(lease)
  const isPast = lease !== undefined && lease.job.latestEnded !== lease
  const actual = await outcomeOf(() => call.actual(leaseId))
  const expected = await outcomeOf(() => call.expected(leaseId))
  // The store need not know the leases of purged jobs, nor how to repeat a call that was not the job's latest.
  const mayBeOver = isForgotten || (isPast && 'value' in expected && lease.settled !== undefined)
  if (mayBeOver && 'code' in actual && actual.code === 'LEASE_EXPIRED') return
  if ('code' in actual || 'code' in expected) assert.deepEqual(actual, expected)
  else call.check?.(actual.value, expected.value)
}

type Outcome<Value> = { readonly value: Value } | { readonly code: string }

async function outcomeOf<Value>(call: () => Value | Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { value: await call() }
  } catch (error) {
    if (QueueError.is(error)) return { code: error.code }
    throw error
  }
}

function sorted<Item>(items: readonly Item[]): string[] {
  return items.map((item) => JSON.stringify(item)).sort()
}
