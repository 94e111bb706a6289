import { type JobQueue, QueueError } from '@sluice/core'
import type { BackendHarness } from '@sluice/core/contract'
import { createMemoryBackend } from '@sluice/queue-memory'
import { expect, test } from 'vitest'
import { JOB_MUTANTS } from '../src/job-mutants.ts'
import { LEASE_MUTANTS } from '../src/lease-mutants.ts'
import { overlay } from '../src/mutant.ts'
import { RACE_MUTANTS } from '../src/race-mutants.ts'
import { RECORD_MUTANTS } from '../src/record-mutants.ts'
import { collectTests, type Failure, findFailure, memoryHarness } from '../src/run-contract.ts'
import { sharedHarness } from '../src/shared-backend.ts'
import { STORE_MUTANTS } from '../src/store-mutants.ts'

const queueMutants = [...JOB_MUTANTS, ...LEASE_MUTANTS, ...RECORD_MUTANTS]
const mutants = [...queueMutants, ...RACE_MUTANTS, ...STORE_MUTANTS]

/** Rules whose mutants the model-based test is to find as well, though it has no test for one of them. */
const MODELLED = ['CLM-3', 'LSE-1', 'LSE-4', 'CAN-2', 'REA-2', 'INS-1']

const unchanged = memoryHarness((backend) => backend, 10_000)

test('a backend without a fault passes every test', { timeout: 30_000 }, async () => {
  expect(await findFailure(unchanged, () => true)).toBeNull()
})

test.each(mutants)('the tests of $rule find a backend that $fault', async ({ rule, mutate }) => {
  expectFound(await findFailure(memoryHarness(mutate), (title) => title.endsWith(`[${rule}]`)))
})

test.each(queueMutants.filter(({ rule }) => MODELLED.includes(rule)))(
  'a sequence of calls finds a backend that $fault',
  { timeout: 30_000 },
  async ({ mutate }) => {
    expectFound(await findFailure(memoryHarness(mutate), (title) => title.endsWith('[ALL-1]')))
  },
)

test.each<[fault: string, faultsOf: (queue: JobQueue) => Partial<JobQueue>]>([
  [
    'hides that its store is down',
    (queue) => ({ stats: () => ignoringOutage({ byState: {} as never, byLabelSet: [] }, queue.stats()) }),
  ],
  [
    'does not answer while its store is down',
    (queue) => ({ getJob: (...job) => ignoringOutage(never, queue.getJob(...job)) }),
  ],
  [
    'gives no cause',
    (queue) => ({
      cancelWorkflow: (id) => queue.cancelWorkflow(id).catch(({ message }) => Promise.reject(new Error(message))),
    }),
  ],
])('the tests of ERR-1 find a backend that %s', async (_, faultsOf) => {
  const harness = { ...sharedHarness((queue) => overlay(queue, faultsOf(queue))), patienceMs: 150 }
  expectFound(await findFailure(harness, (title) => title.endsWith('[ERR-1]')))
})

test.each(['workflows', 'logs', 'workers'] as const)(
  'the tests of CAP-1 find a backend that forgets its %s when it is closed',
  async (store) => {
    expectFound(await findFailure(forgettingHarness(store), (title) => title.endsWith('[CAP-1]')))
  },
)

test('every rule has a mutant', () => {
  const rules = collectTests(unchanged).map(({ title }) => title.slice(title.lastIndexOf('[') + 1, -1))
  const mutated = new Set(['ALL-1', ...mutants.map(({ rule }) => rule)])
  expect([...new Set(rules)].filter((rule) => !mutated.has(rule))).toEqual([])
})

/** A test must have failed, and not because the mutant is broken in a way that was not meant. */
function expectFound(failure: Failure | null): void {
  expect(failure).not.toBeNull()
  expect(failure?.error).not.toBeInstanceOf(TypeError)
  expect(failure?.error).not.toBeInstanceOf(ReferenceError)
}

/** A backend that is durable, but for one of its stores. */
function forgettingHarness(store: 'workflows' | 'logs' | 'workers'): BackendHarness {
  return {
    name: 'forgetful',
    faults: null,
    async open() {
      const { queue, ...stores } = createMemoryBackend()
      const durable = { queue: overlay(queue, { capabilities: { durable: true, multiProcess: false } }), ...stores }
      const close = async () => {}
      const peer = async () => ({ backend: { ...durable, [store]: createMemoryBackend()[store] }, close })
      return { backend: durable, close, peer, dispose: () => durable.close() }
    },
  }
}

const never = new Promise<never>(() => {})

async function ignoringOutage<Value>(instead: Value | Promise<Value>, call: Promise<Value>): Promise<Value> {
  return call.catch((error: unknown) => (QueueError.is(error, 'BACKEND_UNAVAILABLE') ? instead : Promise.reject(error)))
}
