import assert from 'node:assert/strict'
import type { Backend } from '../backend.ts'
import type { JobQueue } from '../job-queue.ts'
import type { LogStore } from '../log-store.ts'
import type { WorkerRegistry } from '../worker-registry.ts'
import type { WorkflowStore } from '../workflow-store.ts'
import type { FaultControl, Handle, Harness, ModelOptions, OpenedStore, TestRunner } from './harness.ts'

/** What the sections of a contract register their tests with. */
export interface Suite<Subject> {
  readonly faults: FaultControl | null
  readonly model: ModelOptions
  describe(subject: string, define: () => void): void
  /** Registers a test on a store of its own, which is closed and removed when the test ends. */
  it(title: string, body: (store: TestStore<Subject>) => Promise<void>): void
  /** Does the same outside of a registered test, for tests that need several stores. */
  onNewStore(body: (store: TestStore<Subject>) => Promise<void>): Promise<void>
}

export type QueueSuite = Suite<{ readonly queue: JobQueue }>
export type WorkflowStoreSuite = Suite<{ readonly workflows: WorkflowStore }>
export type LogStoreSuite = Suite<{ readonly logs: LogStore }>
export type WorkerRegistrySuite = Suite<{ readonly workers: WorkerRegistry }>
export type BackendSuite = Suite<{ readonly backend: Backend }>

/** What a test gets: the first handle on an empty store, and what it may do to it. */
export type TestStore<Subject> = Subject & {
  /** Exact assertions on time hold only on a `manual` clock. */
  readonly clock: 'manual' | 'real'
  readonly patienceMs: number
  /** Lets time pass for the store. */
  advance(ms: number): Promise<void>
  /** Gives a handle as another process has it; the same one for a store of one process. */
  peer(): Promise<Subject>
  /** Closes every handle and opens the store again. */
  reopen(): Promise<Subject>
  /** Waits for what must come, and fails by name if it does not. */
  soon<Value>(what: string, promise: Promise<Value>): Promise<Value>
  /** Compares two moments on the store's clock: exactly on a manual one, and within the patience on a real one. */
  assertTime(actual: number | undefined, expected: number): void
}

const DEFAULT_PATIENCE_MS = 10_000

/** Which part of a handle a suite is about. */
export interface SuiteSubject<Subject> {
  pick(handle: Subject): Subject
  /** Whether peers are needed. Without it they are used where the harness has them. */
  isMultiProcess?(subject: Subject): boolean
}

export function createSuite<Subject>(
  runner: TestRunner,
  harness: Harness<Subject>,
  subject: SuiteSubject<Subject>,
): Suite<Subject> {
  const onNewStore: Suite<Subject>['onNewStore'] = (body) => runOnNewStore(harness, subject, body)
  return {
    faults: harness.faults,
    model: { ...harness.model, ...JSON.parse(process.env.SLUICE_MODEL ?? '{}') },
    describe: (title, define) => void runner.describe(title, define),
    it: (title, body) => void runner.it(title, () => onNewStore(body)),
    onNewStore,
  }
}

async function runOnNewStore<Subject>(
  harness: Harness<Subject>,
  { pick, isMultiProcess }: SuiteSubject<Subject>,
  body: (store: TestStore<Subject>) => Promise<void>,
): Promise<void> {
  const opened = await harness.open()
  const handles: Handle<Subject>[] = [opened]
  const closeAll = async () => {
    for (const handle of handles.splice(0)) await handle.close()
  }
  const openPeer = async () => {
    assert.ok(opened.peer, `what ${harness.name} declares in its capabilities needs a peer() in its harness`)
    const handle = await opened.peer()
    handles.push(handle)
    return pick(handle)
  }
  const end = async () => {
    await closeAll()
    await opened.dispose?.()
  }
  const first = pick(opened)
  const hasPeers = isMultiProcess ? isMultiProcess(first) : opened.peer !== undefined
  const patienceMs = harness.patienceMs ?? DEFAULT_PATIENCE_MS
  const store: TestStore<Subject> = {
    ...first,
    ...time(opened, patienceMs),
    patienceMs,
    peer: async () => (hasPeers ? openPeer() : first),
    reopen: () => closeAll().then(openPeer),
    soon: (what, promise) => soon(what, promise, patienceMs),
  }
  try {
    await body(store)
  } catch (failure) {
    // The failure of the test is what matters, whatever else then fails.
    await end().catch(() => {})
    throw failure
  }
  await end()
}

function time(opened: OpenedStore<unknown>, patienceMs: number) {
  const { advance } = opened
  if (!advance) {
    return {
      clock: 'real' as const,
      // A little more than asked for: timers may fire a millisecond early, and clocks are rounded.
      advance: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms + 20)),
      assertTime(actual: number | undefined, expected: number) {
        assert.ok(
          actual !== undefined && Math.abs(actual - expected) <= patienceMs,
          `${actual} is not about ${expected}`,
        )
      },
    }
  }
  return {
    clock: 'manual' as const,
    // What was called before must have begun to wait, and what wakes up must have run.
    async advance(ms: number) {
      await eventLoopTurn()
      await advance.call(opened, ms)
      await eventLoopTurn()
    },
    assertTime: (actual: number | undefined, expected: number) => assert.equal(actual, expected),
  }
}

function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

async function soon<Value>(what: string, promise: Promise<Value>, patienceMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new assert.AssertionError({ message: `${what}: not within ${patienceMs} ms` })),
      patienceMs,
    )
  })
  try {
    return await Promise.race([promise, deadline])
  } finally {
    clearTimeout(timer)
  }
}
