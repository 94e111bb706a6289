import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import type { Backoff } from '../backoff.ts'
import { JOB_STATES, type QueuedJob } from '../job.ts'
import type { JobQueue } from '../job-queue.ts'
import { type EventRecorder, recordEvents } from './event-recorder.ts'
import { ModelQueue } from './model-queue.ts'
import { compareAll, type ModelRun, STEPS } from './model-steps.ts'
import { job, LONG_MS, PAST_SHORT_MS, SHORT_MS } from './sample-jobs.ts'
import type { QueueSuite, TestStore } from './suite.ts'

type QueueStore = TestStore<{ readonly queue: JobQueue }>
type StepName = keyof typeof STEPS

const WORKFLOW_IDS = ['x', 'y', 'z']
const JOB_IDS = ['1', '2', '3', '4']

export function modelSection({ describe, it, onNewStore, model: options }: QueueSuite): void {
  describe('any sequence of calls', () => {
    it('has the outcomes that all rules together give it [ALL-1]', async ({ clock }) => {
      const { runs, commands, replayPath, ...settings } = { ...DEFAULTS[clock], ...options }
      const sequences = fc.commands(stepsFor(clock), {
        size: 'max',
        maxCommands: commands,
        ...(replayPath ? { replayPath } : {}),
      })
      const property = fc.asyncProperty(sequences, (sequence) => onNewStore((store) => runSequence(store, sequence)))
      await fc.assert(property, { numRuns: runs, ...settings })
    })
  })
}

/** A run that takes too long stops with what it has found, so that the runner's own limit does not hide a failure. */
const DEFAULTS = {
  manual: { runs: 200, commands: 100, interruptAfterTimeLimit: 4000 },
  real: { runs: 6, commands: 50, interruptAfterTimeLimit: 40_000 },
}

async function runSequence(
  store: QueueStore,
  sequence: Iterable<fc.AsyncCommand<ModelQueue, Real, false>>,
): Promise<void> {
  const events = await recordEvents(store)
  const real = await begin(store)
  await fc.asyncModelRun(() => ({ model: real.model, real }), sequence)
  await compareAll(real.run(0), WORKFLOW_IDS, JOB_IDS)
  await compareEvents(events, real.model)
}

interface Real {
  readonly model: ModelQueue
  readonly clock: 'manual' | 'real'
  /** A step's view, through one of several handles. */
  run(handle: number): ModelRun
}

async function begin(store: QueueStore): Promise<Real> {
  const handles = [store.queue, (await store.peer()).queue]
  // A job that nobody can claim tells the time of the store.
  const clockJob = job('clock', { workflowId: 'clock', requiredLabels: ['nobody'] })
  await store.queue.enqueue(clockJob)
  const startedAt = performance.now()
  const storeTime = (await store.queue.getJob('clock', 'clock'))?.enqueuedAt ?? 0
  let advancedMs = 0
  const passedMs = () => (store.clock === 'manual' ? advancedMs : performance.now() - startedAt)
  const model = new ModelQueue(() => storeTime + passedMs())
  model.enqueue(clockJob)
  const advance = async (ms: number) => {
    await store.advance(ms)
    advancedMs += ms
  }
  return {
    model,
    clock: store.clock,
    run: (handle) => ({ model, store, advance, queue: handles[handle % handles.length] as JobQueue }),
  }
}

async function compareEvents(events: EventRecorder, model: ModelQueue): Promise<void> {
  await events.settle()
  for (const workflowId of WORKFLOW_IDS) {
    for (const jobId of JOB_IDS) {
      const told = events.of(jobId, workflowId).map(({ kind, attempt }) => `${kind} ${attempt}`)
      assert.deepEqual(told, model.eventsOf(workflowId, jobId), `the events of ${workflowId} ${jobId}`)
    }
  }
}

/** A step with its arguments, printed as a call. */
class Step implements fc.AsyncCommand<ModelQueue, Real, false> {
  readonly #name: StepName
  readonly #argument: unknown
  readonly #handle: number

  constructor(name: StepName, argument: unknown, handle: number) {
    this.#name = name
    this.#argument = argument
    this.#handle = handle
  }

  check(): boolean {
    return true
  }

  async run(model: ModelQueue, real: Real): Promise<void> {
    const run = real.run(this.#handle)
    await STEPS[this.#name](run, this.#argument as never)
    // On a real clock, what ends soon is let end now: whether it has ended is then never in doubt.
    if (real.clock === 'real' && model.isDueWithin(10 * SHORT_MS)) await run.advance(PAST_SHORT_MS)
  }

  toString(): string {
    return `${this.#name}(${this.#argument === undefined ? '' : JSON.stringify(this.#argument)})`
  }
}

const labels = fc.constantFrom<string[]>(['arm', 'gpu'], ['arm', 'gpu'], ['gpu'], [])
const requiredLabels = fc.constantFrom<string[]>([], [], ['gpu'], ['gpu', 'arm'])
const jobName = { workflowId: fc.constantFrom(...WORKFLOW_IDS), jobId: fc.constantFrom(...JOB_IDS) }
const lease = fc.constantFrom(0, 0, 0, 1, 1, 2, 3, 4)
const ttlMs = fc.constantFrom(LONG_MS, SHORT_MS)

const queuedJob: fc.Arbitrary<QueuedJob> = fc.record(
  {
    ...jobName,
    command: fc.constant('make'),
    payload: fc.nat({ max: 9 }),
    requiredLabels,
    priority: fc.constantFrom(0, 0, 1, 1, 2, 1001),
    delayMs: fc.constantFrom(0, 0, 0, SHORT_MS, LONG_MS),
    retryPolicy: fc.record({
      maxRetries: fc.constantFrom(2, 1, 0),
      backoff: fc.constantFrom<Backoff>(
        { kind: 'none' },
        { kind: 'fixed', delayMs: SHORT_MS },
        { kind: 'exponential', baseMs: LONG_MS, maxMs: 3 * LONG_MS },
      ),
    }),
  },
  { requiredKeys: ['workflowId', 'jobId', 'command', 'retryPolicy'] },
)

const claim = { workerId: fc.constantFrom('w1', 'w2'), labels, leaseTtlMs: ttlMs }

/** How often each step comes, and with what; what moves jobs on comes more often than what ends many at once. */
const STEP_ARGUMENTS: Record<Exclude<StepName, 'advance'>, [weight: number, argument: fc.Arbitrary<unknown>]> = {
  enqueue: [10, queuedJob],
  enqueueMany: [3, fc.array(queuedJob, { maxLength: 5 })],
  claim: [10, fc.record(claim)],
  claimMany: [3, fc.record({ ...claim, limit: fc.integer({ min: 1, max: 4 }) })],
  renewLease: [2, fc.record({ lease, extendByMs: ttlMs })],
  complete: [3, fc.record({ lease, output: fc.constantFrom('a', 'b') })],
  fail: [5, fc.record({ lease, message: fc.constantFrom('a', 'b'), retryable: fc.boolean() })],
  release: [4, fc.record({ lease })],
  cancel: [2, fc.record(jobName)],
  cancelWorkflow: [1, fc.record({ workflowId: jobName.workflowId })],
  isCancelled: [1, fc.record(jobName)],
  reapExpiredLeases: [5, fc.constant(undefined)],
  getJob: [2, fc.record(jobName)],
  listJobs: [
    1,
    fc.record({
      workflowId: jobName.workflowId,
      states: fc.subarray([...JOB_STATES], { minLength: 1 }),
      limit: fc.integer({ min: 1, max: 3 }),
    }),
  ],
  position: [2, fc.record(jobName)],
  stats: [1, fc.constant(undefined)],
  purge: [2, fc.record({ olderThanMs: fc.constantFrom(0, SHORT_MS, LONG_MS) })],
}

function stepsFor(clock: 'manual' | 'real'): fc.Arbitrary<Step>[] {
  const advances = clock === 'manual' ? [1, SHORT_MS - 1, SHORT_MS, PAST_SHORT_MS, LONG_MS] : [PAST_SHORT_MS]
  const advance: [number, fc.Arbitrary<unknown>] = [5, fc.record({ ms: fc.constantFrom(...advances) })]
  return Object.entries({ ...STEP_ARGUMENTS, advance }).flatMap(([name, [weight, argument]]) => {
    const step = fc
      .tuple(argument, fc.nat({ max: 1 }))
      .map(([value, handle]) => new Step(name as StepName, value, handle))
    return Array.from({ length: weight }, () => step)
  })
}
